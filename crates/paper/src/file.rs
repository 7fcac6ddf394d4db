//! The PDF file around the pages: fonts, structure, metadata. Written to PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1).

use crate::canvas::{Canvas, Drawn, Used, font_name};
use crate::error::PaperError;
use crate::face::{Face, Weight};
use crate::metadata;
use crate::tree::{Kid, Role, Tree};
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{
    CidFontType, FontFlags, ListNumbering, OutputIntentSubtype, StructRole, SystemInfo, TableHeaderScope, UnicodeCmap,
};
use pdf_writer::{Filter, Finish as _, Name, Pdf, Rect, Ref, Settings, Str, TextStr};
use sha2::{Digest as _, Sha256};

/// How hard streams are deflated: 6 is zlib's own choice.
const COMPRESSION: u8 = 6;

/// What gray means: the curve of sRGB (Compact ICC Profiles, in the public domain). PDF/A wants it told.
static GRAY_PROFILE: &[u8] = include_bytes!("../fonts/sGrey-v2-magic.icc");

const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Gives out the numbers of objects.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 += 1;
        Ref::new(self.0)
    }

    fn many(&mut self, count: usize) -> Vec<Ref> {
        (0..count).map(|_| self.next()).collect()
    }
}

/// The finished file.
pub(crate) fn write(canvas: Canvas<'_>, title: &str, language: &str) -> Result<Vec<u8>, PaperError> {
    let mut numbers = Numbers(0);
    let (catalog, pages_root, info, xmp, gray) =
        (numbers.next(), numbers.next(), numbers.next(), numbers.next(), numbers.next());
    let (regular, bold, structure) = (numbers.next(), numbers.next(), numbers.next());
    let page_refs = numbers.many(canvas.pages.len());
    let mut pdf = Pdf::with_settings(Settings { pretty: false });
    pdf.set_version(1, 7);
    {
        let mut root = pdf.catalog(catalog);
        root.pages(pages_root).metadata(xmp).lang(TextStr(language));
        root.mark_info().marked(true);
        root.viewer_preferences().display_doc_title(true);
        root.pair(Name(b"StructTreeRoot"), structure);
        let mut intents = root.output_intents();
        let mut intent = intents.push();
        intent.subtype(OutputIntentSubtype::PDFA).output_condition_identifier(TextStr("sGrey")).info(TextStr("sGrey"));
        intent.dest_output_profile(gray);
    }
    pdf.document_info(info).title(TextStr(title)).producer(TextStr(metadata::PRODUCER));
    pdf.icc_profile(gray, &compress_to_vec_zlib(GRAY_PROFILE, COMPRESSION)).n(1).filter(Filter::FlateDecode);
    let mut digest = Sha256::new();
    digest.update(title.as_bytes());
    for page in &canvas.pages {
        digest.update(&page.content);
    }
    let shared = Shared { pages_root, regular, bold, size: canvas.page };
    write_pages(&mut pdf, &mut numbers, &shared, &page_refs, &canvas.pages);
    write_font(&mut pdf, &mut numbers, regular, canvas.faces.of(Weight::Regular), &canvas.regular, "LiberationSerif")?;
    write_font(&mut pdf, &mut numbers, bold, canvas.faces.of(Weight::Bold), &canvas.bold, "LiberationSerif-Bold")?;
    write_structure(&mut pdf, &mut numbers, structure, canvas.tree, &page_refs, &canvas.pages);
    let packet = metadata::xmp(title, language);
    pdf.metadata(xmp, packet.as_bytes());
    let id = digest.finalize().get(..16).unwrap_or_default().to_vec();
    pdf.set_file_id((id.clone(), id));
    Ok(pdf.finish())
}

/// What every page names.
struct Shared {
    pages_root: Ref,
    regular: Ref,
    bold: Ref,
    size: (f32, f32),
}

fn write_pages(pdf: &mut Pdf, numbers: &mut Numbers, shared: &Shared, refs: &[Ref], pages: &[Drawn]) {
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(shared.pages_root).kids(refs.iter().copied()).count(count);
    for (key, (page_ref, drawn)) in (0..).zip(refs.iter().zip(pages)) {
        let content = numbers.next();
        let mut page = pdf.page(*page_ref);
        page.parent(shared.pages_root).media_box(Rect::new(0.0, 0.0, shared.size.0, shared.size.1)).contents(content);
        page.struct_parents(key);
        page.pair(Name(b"Tabs"), Name(b"S"));
        let mut resources = page.resources();
        resources.fonts().pair(font_name(Weight::Regular), shared.regular).pair(font_name(Weight::Bold), shared.bold);
        resources.finish();
        page.finish();
        pdf.stream(content, &compress_to_vec_zlib(&drawn.content, COMPRESSION)).filter(Filter::FlateDecode);
    }
}

/// A face with only the glyphs that are used, addressed by their numbers, and the letters behind them.
fn write_font(pdf: &mut Pdf, numbers: &mut Numbers, font: Ref, face: &Face, used: &Used, name: &str) -> Result<(), PaperError> {
    let (cid, descriptor, map, file) = (numbers.next(), numbers.next(), numbers.next(), numbers.next());
    let subset = subsetter::subset(face.data, 0, &used.glyphs).map_err(|error| PaperError::Font(error.to_string()))?;
    let name = format!("{}+{name}", subset_tag(&subset));
    let base = Name(name.as_bytes());
    pdf.type0_font(font).base_font(base).encoding_predefined(Name(b"Identity-H")).descendant_font(cid).to_unicode(map);
    {
        let mut writer = pdf.cid_font(cid);
        writer.subtype(CidFontType::Type2).base_font(base).system_info(IDENTITY).font_descriptor(descriptor);
        writer.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
        let width = |glyph: u16| face.thousandths(f32::from(face.advance(glyph)));
        let mut widths = writer.widths();
        widths.consecutive(0, [width(0)]);
        for (new, (_, old)) in &used.letters {
            widths.consecutive(*new, [width(*old)]);
        }
    }
    let parsed = &face.parsed;
    let bounds = parsed.global_bounding_box();
    let [left, lower, right, upper] =
        [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(|units| face.thousandths(f32::from(units)));
    pdf.font_descriptor(descriptor)
        .name(base)
        .flags(FontFlags::SERIF | FontFlags::SYMBOLIC)
        .bbox(Rect::new(left, lower, right, upper))
        .italic_angle(0.0)
        .ascent(face.thousandths(f32::from(parsed.ascender())))
        .descent(face.thousandths(f32::from(parsed.descender())))
        .cap_height(face.thousandths(f32::from(parsed.capital_height().unwrap_or(parsed.ascender()))))
        .stem_v(if name.ends_with("Bold") { 140.0 } else { 80.0 })
        .font_file2(file);
    let mut letters = UnicodeCmap::<u16>::new(Name(b"Letters"), IDENTITY);
    for (glyph, (letter, _)) in &used.letters {
        letters.pair(*glyph, *letter);
    }
    let letters = letters.finish().into_vec();
    pdf.cmap(map, &compress_to_vec_zlib(&letters, COMPRESSION)).filter(Filter::FlateDecode);
    let length = i32::try_from(subset.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &compress_to_vec_zlib(&subset, COMPRESSION)).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
    Ok(())
}

/// Six capitals that tell one subset of a face from another (ISO 32000-1 §9.6.4).
fn subset_tag(subset: &[u8]) -> String {
    Sha256::digest(subset).iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect()
}

/// The structure tree, and for each page which element each mark belongs to.
fn write_structure(pdf: &mut Pdf, numbers: &mut Numbers, root: Ref, tree: &Tree, pages: &[Ref], drawn: &[Drawn]) {
    let refs = numbers.many(tree.elements.len());
    let (parents, arrays) = (numbers.next(), numbers.many(pages.len()));
    let element_ref = |index: usize| refs.get(index).copied().unwrap_or(root);
    {
        let mut writer = pdf.indirect(root).start::<pdf_writer::writers::StructTreeRoot<'_>>();
        writer.child(element_ref(0));
        writer.pair(Name(b"ParentTree"), parents);
        writer.parent_tree_next_key(i32::try_from(pages.len()).unwrap_or(i32::MAX));
    }
    {
        let mut tree = pdf.number_tree::<Ref>(parents);
        let mut keys = tree.nums();
        for (key, array) in (0..).zip(&arrays) {
            keys.insert(key, *array);
        }
    }
    for (array, page) in arrays.iter().zip(drawn) {
        pdf.indirect(*array).array().items(page.marks.iter().map(|element| element_ref(element.0)));
    }
    for (index, element) in tree.elements.iter().enumerate() {
        let mut writer = pdf.struct_element(element_ref(index));
        writer.kind(kind(element.role));
        writer.parent(element.parent.map_or(root, |parent| element_ref(parent.0)));
        if let Some(alternative) = &element.alternative {
            writer.alt(TextStr(alternative));
        }
        match element.role {
            Role::HeaderCell => {
                writer.attributes().push().table().scope(TableHeaderScope::Column);
            }
            Role::List => {
                writer.attributes().push().list().list_numbering(ListNumbering::Decimal);
            }
            _ => {}
        }
        if let Some([left, lower, right, upper]) = element.place {
            writer.attributes().push().layout().bbox(Rect::new(left, lower, right, upper));
        }
        let mut kids = writer.children();
        for kid in &element.kids {
            match kid {
                Kid::Element(id) => {
                    kids.struct_element(element_ref(id.0));
                }
                Kid::Marked { page, mark } => {
                    let page = pages.get(*page).copied().unwrap_or(root);
                    kids.marked_content_ref().page(page).marked_content_id(*mark);
                }
            }
        }
    }
}

const fn kind(role: Role) -> StructRole {
    match role {
        Role::Document => StructRole::Document,
        Role::Heading => StructRole::H1,
        Role::Paragraph => StructRole::P,
        Role::List => StructRole::L,
        Role::ListItem => StructRole::LI,
        Role::Label => StructRole::Lbl,
        Role::ListBody => StructRole::LBody,
        Role::Table => StructRole::Table,
        Role::Row => StructRole::TR,
        Role::HeaderCell => StructRole::TH,
        Role::Cell => StructRole::TD,
        Role::Figure => StructRole::Figure,
    }
}
