//! XML as the formats need it: elements, attributes, text. No document type, so no entities but the five that XML itself has:
//! nothing is fetched, nothing multiplies. Depth and sizes are bounded.

use crate::{Error, Result, reader::MAX_TEXT_BYTES};
use encoding_rs::Encoding;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use quick_xml::{Reader, escape::resolve_xml_entity, events::Event};
use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
};

/// Limit: elements within each other.
pub(crate) const MAX_DEPTH: usize = 100;
/// Bytes of the head in which the encoding is named.
const HEAD_BYTES: usize = 256;

/// An element's beginning.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Without its prefix.
    pub name: String,
    /// Without prefixes.
    pub attributes: Vec<(String, String)>,
}

impl Element {
    /// An attribute's value.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// What comes next.
pub(crate) enum Step {
    Open(Element),
    Text(String),
    Close,
}

/// A document, read from front to back.
pub(crate) struct Xml {
    reader: Reader<BufReader<Budget>>,
    buffer: Vec<u8>,
    depth: usize,
}

impl Xml {
    /// Reads a file from its beginning.
    ///
    /// # Errors
    /// `unknown-encoding`; `Io`.
    pub(crate) fn new(mut file: File) -> Result<Self> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        file.seek(SeekFrom::Start(0))?;
        Read::by_ref(&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        let encoding = encoding(&head)?;
        let inner = DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_override(true).strip_bom(true).build(file);
        let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, Budget { inner, left: MAX_TEXT_BYTES }));
        reader.config_mut().expand_empty_elements = true;
        Ok(Self { reader, buffer: Vec::new(), depth: 0 })
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// The next step; `None` at the document's end.
    ///
    /// # Errors
    /// `bad-xml`, `xml-doctype`, `xml-too-deep`, `xml-entity`, `text-too-large`, `truncated-xml`; `Io`.
    pub(crate) fn next(&mut self) -> Result<Option<Step>> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().get_mut().left = MAX_TEXT_BYTES;
            let at = self.reader.buffer_position();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|e| wrong(&e, at))?;
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(Error::file(
                            "xml-too-deep",
                            format!("XML öğeleri {MAX_DEPTH} kattan derin iç içe."),
                            format!("XML elements are nested deeper than {MAX_DEPTH}."),
                        ));
                    }
                    let mut element = Element { name: start.local_name().as_ref().to_owned(), attributes: Vec::new() };
                    for attribute in start.attributes().with_checks(false) {
                        let attribute = attribute.map_err(|e| bad(&e, at))?;
                        let value = quick_xml::escape::unescape(&attribute.value).map_err(|e| bad(&e, at))?;
                        element.attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
                    }
                    return Ok(Some(Step::Open(element)));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Step::Close));
                }
                Event::Text(text) => return Ok(Some(Step::Text(text.xml10_content().into_owned()))),
                Event::CData(text) => return Ok(Some(Step::Text(text.xml10_content().into_owned()))),
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().map_err(|e| bad(&e, at))?;
                    let text = match character {
                        Some(c) => c.to_string(),
                        None => resolve_xml_entity(reference.as_ref()).ok_or_else(|| entity(reference.as_ref()))?.to_owned(),
                    };
                    return Ok(Some(Step::Text(text)));
                }
                Event::DocType(_) => {
                    return Err(Error::file(
                        "xml-doctype",
                        "XML dosyasında belge türü tanımı (DOCTYPE) var; güvenlik için okunmaz.",
                        "The XML file has a document type (DOCTYPE); it is not read, for safety.",
                    ));
                }
                Event::Eof if self.depth > 0 => {
                    return Err(Error::file("truncated", "XML dosyası yarıda kesilmiş.", "The XML file is cut off."));
                }
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// The text up to the end of the element that was opened last, that of its children too.
    ///
    /// # Errors
    /// Those of [`Xml::next`].
    pub(crate) fn text(&mut self) -> Result<String> {
        let depth = self.depth;
        let mut out = String::new();
        while let Some(step) = self.next()? {
            match step {
                Step::Text(text) => {
                    out.push_str(&text);
                    if out.len() > MAX_TEXT_BYTES {
                        return Err(too_large());
                    }
                }
                Step::Close if self.depth < depth => break,
                _ => {}
            }
        }
        Ok(out)
    }

    /// Passes over the rest of the element that was opened last.
    ///
    /// # Errors
    /// Those of [`Xml::next`].
    pub(crate) fn skip(&mut self) -> Result<()> {
        let depth = self.depth;
        while let Some(step) = self.next()? {
            if matches!(step, Step::Close) && self.depth < depth {
                break;
            }
        }
        Ok(())
    }
}

/// Text for XML: what can't be written in XML 1.0 is left away.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A reader would make a line feed of it.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(c),
            c if (c as u32) < 0x20 || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

fn encoding(head: &[u8]) -> Result<&'static Encoding> {
    let text = String::from_utf8_lossy(head);
    let named = text.split_once("encoding=").and_then(|(_, rest)| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.get(1..)?.split(quote).next()
    });
    match named {
        None => Ok(encoding_rs::UTF_8),
        Some(name) => Encoding::for_label(name.trim().as_bytes()).ok_or_else(|| {
            Error::file(
                "unknown-encoding",
                format!("“{name}” diye bir karakter kodlaması tanınmıyor."),
                format!("The encoding “{name}” is not known."),
            )
        }),
    }
}

fn wrong(error: &quick_xml::Error, at: u64) -> Error {
    match error {
        quick_xml::Error::Io(e) if e.kind() == std::io::ErrorKind::FileTooLarge => too_large(),
        quick_xml::Error::Io(e) => Error::Io(std::io::Error::new(e.kind(), e.to_string())),
        other => bad(other, at),
    }
}

fn bad(cause: &dyn std::fmt::Display, at: u64) -> Error {
    Error::file(
        "bad-xml",
        format!("XML {at}. baytın yakınında bozuk: {cause}"),
        format!("The XML is damaged near byte {at}: {cause}"),
    )
}

fn entity(name: &str) -> Error {
    let name: String = name.chars().take(40).collect();
    Error::file(
        "xml-entity",
        format!("XML'de tanınmayan bir varlık var: &{name};"),
        format!("The XML has an unknown entity: &{name};"),
    )
}

fn too_large() -> Error {
    Error::file(
        "text-too-large",
        format!("Bir XML metni {} MB sınırını aşıyor.", MAX_TEXT_BYTES >> 20),
        format!("A text of the XML is larger than the limit of {} MB.", MAX_TEXT_BYTES >> 20),
    )
}

/// Stops a reader that takes more than one piece of XML may have.
struct Budget {
    inner: DecodeReaderBytes<File, Vec<u8>>,
    left: usize,
}

impl Read for Budget {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(out)?;
        self.left = self.left.checked_sub(n).ok_or(std::io::ErrorKind::FileTooLarge)?;
        Ok(n)
    }
}

/// Limit: elements of one feature.
const MAX_NODES: usize = 2_000_000;

/// An element with all that is in it.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub element: Element,
    /// Its own text.
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    /// The name, without its prefix.
    pub(crate) fn name(&self) -> &str {
        &self.element.name
    }

    /// The first child of a name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name() == name)
    }

    /// The children of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.name() == name)
    }
}

impl Xml {
    /// The element that was opened last, whole.
    ///
    /// # Errors
    /// `feature-too-large`; those of [`Xml::next`].
    pub(crate) fn node(&mut self, element: Element) -> Result<Node> {
        let mut open = vec![Node { element, ..Node::default() }];
        let (mut nodes, mut bytes) = (0, 0);
        while let Some(step) = self.next()? {
            match step {
                Step::Open(element) => {
                    nodes += 1;
                    open.push(Node { element, ..Node::default() });
                }
                Step::Text(text) => {
                    bytes += text.len();
                    if let Some(node) = open.last_mut() {
                        node.text.push_str(&text);
                    }
                }
                Step::Close => {
                    let Some(done) = open.pop() else { break };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(done),
                        None => return Ok(done),
                    }
                }
            }
            if nodes > MAX_NODES || bytes > 8 * MAX_TEXT_BYTES {
                return Err(Error::file(
                    "feature-too-large",
                    "Bir XML öğesi çok büyük.",
                    "An element of the XML is too large.",
                ));
            }
        }
        Err(Error::file("truncated", "XML dosyası yarıda kesilmiş.", "The XML file is cut off."))
    }
}
