//! The reader: blocks first, then the drawing's entities, one feature or several of each.

use super::{
    draw::{self, Way},
    entity::Entity,
    pairs::Pairs,
    text,
};
use crate::{Crs, Error, Format, Layer, Options, Result};
use meydan_geo::{
    feature::{Column, Feature, Scalar},
    parts::Position,
};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fs::File,
    path::Path,
};

/// Limit: entities in blocks.
const MAX_BLOCK_ENTITIES: usize = 2_000_000;
/// Limit: blocks within blocks.
const MAX_LEVELS: usize = 16;
/// Limit: features that one insertion may become.
const MAX_EXPLODED: usize = 100_000;
/// Parts of a drawing that are no things in the world.
const SILENT: [&str; 6] = ["ATTDEF", "SEQEND", "VIEWPORT", "ENDBLK", "ACAD_PROXY_ENTITY", "OLE2FRAME"];
const NAMES: [&str; 11] =
    ["layer", "entity", "text", "block", "attributes", "handle", "colour", "linetype", "elevation", "height", "rotation"];

struct Block {
    base: Position,
    entities: Vec<Entity>,
}

/// Reads a drawing.
pub struct Reader {
    file: File,
    pairs: Pairs,
    blocks: HashMap<String, Block>,
    columns: Vec<Column>,
    layers: Vec<Layer>,
    /// The layer wanted, and the kind of entity.
    wanted: Option<(String, Option<String>)>,
    waiting: VecDeque<Result<Feature>>,
    entities: u64,
    row: u64,
    ended: bool,
}

impl Reader {
    /// Opens a drawing and reads its blocks and the names of its layers. `options.layer` is a layer, or `layer:ENTITY` for
    /// one kind of entity of it (`AGAC:INSERT`), or `:ENTITY`.
    ///
    /// # Errors
    /// `not-dxf`, `dxf-binary`, `bad-dxf`, `no-such-layer`, `feature-too-large`; `Io`.
    pub fn open(path: &Path, options: &Options) -> Result<Self> {
        let file = File::open(path)?;
        let mut reader = Self {
            pairs: Pairs::new(file.try_clone()?)?,
            file,
            blocks: HashMap::new(),
            columns: NAMES.iter().map(|n| Column { name: (*n).to_owned() }).collect(),
            layers: Vec::new(),
            wanted: None,
            waiting: VecDeque::new(),
            entities: 0,
            row: 0,
            ended: false,
        };
        let mut layers: BTreeMap<String, u64> = BTreeMap::new();
        let mut sections = 0;
        while let Some(name) = reader.section()? {
            sections += 1;
            match name.as_str() {
                "BLOCKS" => reader.read_blocks()?,
                "ENTITIES" => {
                    while let Some(entity) = reader.entity()? {
                        reader.entities += 1;
                        *layers.entry(entity.layer().to_owned()).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        if sections == 0 {
            return Err(Error::file("not-dxf", "Dosya DXF değil.", "The file is no DXF."));
        }
        reader.layers = layers.into_iter().map(|(name, count)| Layer { name, count: Some(count) }).collect();
        reader.wanted = options.layer.as_deref().map(|w| reader.wanted(w)).transpose()?;
        crate::Reader::rewind(&mut reader)?;
        Ok(reader)
    }

    fn wanted(&self, text: &str) -> Result<(String, Option<String>)> {
        let (layer, kind) = text.split_once(':').map_or((text, None), |(l, k)| (l, Some(k.to_ascii_uppercase())));
        if !layer.is_empty() && !self.layers.iter().any(|l| l.name == layer) {
            let names = self.layers.iter().map(|l| l.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(Error::file(
                "no-such-layer",
                format!("“{layer}” adında bir katman yok. Olanlar: {names}"),
                format!("There is no layer named “{layer}”. There are: {names}"),
            ));
        }
        Ok((layer.to_owned(), kind))
    }

    /// Goes to the next section; its name. `None` at the end of the drawing.
    fn section(&mut self) -> Result<Option<String>> {
        while let Some((code, value)) = self.pairs.next()? {
            match (code, value.trim()) {
                (0, "EOF") => return Ok(None),
                (0, "SECTION") => {
                    if let Some((2, name)) = self.pairs.next()? {
                        return Ok(Some(name.trim().to_owned()));
                    }
                }
                _ => {}
            }
        }
        Err(Error::file("truncated", "DXF dosyası yarıda kesilmiş: EOF yok.", "The DXF file is cut off: it has no EOF."))
    }

    /// The next entity of the section; `None` at its end.
    fn entity(&mut self) -> Result<Option<Entity>> {
        while let Some((code, value)) = self.pairs.next()? {
            match (code, value.trim()) {
                (0, "ENDSEC") => return Ok(None),
                (0, "EOF") => {
                    self.pairs.put_back((0, "EOF".to_owned()));
                    return Ok(None);
                }
                (0, kind) => return Entity::read(kind.to_owned(), &mut self.pairs).map(Some),
                _ => {}
            }
        }
        Err(Error::file("truncated", "DXF dosyası yarıda kesilmiş.", "The DXF file is cut off."))
    }

    fn read_blocks(&mut self) -> Result<()> {
        let mut open: Option<(String, Block)> = None;
        let mut count = 0;
        while let Some(entity) = self.entity()? {
            match entity.kind.as_str() {
                "BLOCK" => {
                    let name = entity.text(2).unwrap_or_default().trim().to_owned();
                    open = Some((name, Block { base: entity.position(10).unwrap_or_default(), entities: Vec::new() }));
                }
                "ENDBLK" => self.blocks.extend(open.take()),
                _ => {
                    count += 1;
                    if count > MAX_BLOCK_ENTITIES {
                        return Err(Error::file(
                            "feature-too-large",
                            "Çizimin blokları çok büyük.",
                            "The drawing's blocks are too large.",
                        ));
                    }
                    if let Some((_, block)) = &mut open {
                        block.entities.push(entity);
                    }
                }
            }
        }
        Ok(())
    }

    fn read_next(&mut self) -> Result<Option<Feature>> {
        loop {
            if let Some(waiting) = self.waiting.pop_front() {
                return waiting.map(Some);
            }
            let entity = loop {
                match self.entity()? {
                    Some(entity) => break entity,
                    None => {
                        if !self.seek_entities()? {
                            return Ok(None);
                        }
                    }
                }
            };
            if !entity.is_on_paper() {
                let mut left = MAX_EXPLODED;
                self.draw(&entity, &Way::STILL, None, 0, &mut left);
            }
        }
    }

    /// Goes on to the section of entities; false if there is none any more.
    fn seek_entities(&mut self) -> Result<bool> {
        while let Some(name) = self.section()? {
            if name == "ENTITIES" {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The features of an entity, put into the queue; `from` is the layer and the name of the block that it stands in.
    fn draw(&mut self, entity: &Entity, way: &Way, from: Option<(&str, &str)>, level: usize, left: &mut usize) {
        if SILENT.contains(&entity.kind.as_str()) || entity.is_on_paper() {
            return;
        }
        // What is drawn on layer 0 of a block takes the layer of the insertion.
        let layer = match (entity.layer(), from) {
            ("0", Some((layer, _))) => layer.to_owned(),
            (own, _) => own.to_owned(),
        };
        if *left == 0 || level > MAX_LEVELS {
            return self.fault(
                entity,
                "too-many-blocks",
                "iç içe ya da çok fazla blok",
                "too many blocks, or too deep in each other",
            );
        }
        *left -= 1;
        if self.is_wanted(&layer, &entity.kind) {
            match draw::form(entity, way) {
                Ok(Some(form)) => self.found(entity, &layer, from, form),
                Ok(None) => {
                    self.fault(entity, "unsupported-entity", "bu tür nesne okunmuyor", "things of this kind are not read")
                }
                Err(cause) => {
                    self.row += 1;
                    let handle = entity.text(5).unwrap_or_default().trim();
                    self.waiting.push_back(Err(Error::geometry(self.row, format!("{cause} ({handle})"))));
                }
            }
        }
        if entity.kind == "INSERT" {
            self.explode(entity, way, &layer, level, left);
        }
    }

    fn explode(&mut self, insert: &Entity, way: &Way, layer: &str, level: usize, left: &mut usize) {
        let name = insert.text(2).unwrap_or_default().trim();
        // Taken out while it is drawn: a block that holds itself finds nothing.
        let Some(block) = self.blocks.remove(name) else { return };
        let steps = |code| insert.integer(code).unwrap_or(1).clamp(1, MAX_EXPLODED as i64);
        'array: for column in 0..steps(70) {
            for row in 0..steps(71) {
                let inner = way.after(&Way::of_insert(insert, block.base, column as f64, row as f64));
                for entity in &block.entities {
                    self.draw(entity, &inner, Some((layer, name)), level + 1, left);
                    if *left == 0 {
                        break 'array;
                    }
                }
            }
        }
        self.blocks.insert(name.to_owned(), block);
    }

    fn is_wanted(&self, layer: &str, kind: &str) -> bool {
        match &self.wanted {
            None => true,
            Some((l, k)) => (l.is_empty() || l == layer) && k.as_deref().is_none_or(|k| k == kind),
        }
    }

    fn found(&mut self, entity: &Entity, layer: &str, from: Option<(&str, &str)>, form: crate::form::Form) {
        self.row += 1;
        let some = |value: Option<String>| value.filter(|v| !v.is_empty()).map_or(Scalar::Null, Scalar::Text);
        let number = |code| entity.number(code).map_or(Scalar::Null, Scalar::Real);
        let own = |code| some(entity.text(code).map(|t| t.trim().to_owned()));
        let block = match (entity.kind.as_str(), from) {
            ("INSERT", _) => entity.text(2).map(str::trim),
            (_, Some((_, name))) => Some(name),
            _ => None,
        };
        let attributes: Vec<String> = entity
            .parts
            .iter()
            .filter(|p| p.kind == "ATTRIB")
            .filter_map(|p| Some(format!("{}={}", p.text(2)?.trim(), text::plain(p.text(1)?))))
            .collect();
        let textual = matches!(entity.kind.as_str(), "TEXT" | "MTEXT");
        let values = vec![
            Scalar::Text(layer.to_owned()),
            Scalar::Text(entity.kind.clone()),
            some(text_of(entity)),
            some(block.map(str::to_owned)),
            some(Some(attributes.join("; "))),
            own(5),
            entity.integer(62).map_or(Scalar::Null, Scalar::Int),
            own(6),
            entity.number(38).or(entity.number(30)).map_or(Scalar::Null, Scalar::Real),
            if textual { number(40) } else { Scalar::Null },
            if textual || entity.kind == "INSERT" { number(50) } else { Scalar::Null },
        ];
        self.waiting.push_back(Ok(Feature { row: self.row, values, geometry: form.wkb() }));
    }

    fn fault(&mut self, entity: &Entity, code: &'static str, tr: &str, en: &str) {
        self.row += 1;
        let handle = entity.text(5).unwrap_or_default().trim();
        let kind: String = entity.kind.chars().take(40).collect();
        self.waiting.push_back(Err(Error::row(
            self.row,
            code,
            format!("{kind} ({handle}): {tr}"),
            format!("{kind} ({handle}): {en}"),
        )));
    }
}

fn text_of(entity: &Entity) -> Option<String> {
    match entity.kind.as_str() {
        "TEXT" => entity.text(1).map(text::plain),
        // A long text comes in pieces: code 3, the last with code 1.
        "MTEXT" => {
            let pieces = entity.pairs.iter().filter(|(code, _)| matches!(code, 1 | 3)).map(|(_, v)| v.as_str());
            Some(text::formatted(&pieces.collect::<String>()))
        }
        _ => None,
    }
}

impl Iterator for Reader {
    type Item = Result<Feature>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read_next().transpose();
        self.ended = crate::reader::is_last(next.as_ref());
        next
    }
}

impl crate::Reader for Reader {
    fn format(&self) -> Format {
        Format::Dxf
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn crs(&self) -> &Crs {
        &Crs::Unknown
    }

    fn has_geometry(&self) -> bool {
        true
    }

    fn layers(&self) -> Vec<Layer> {
        self.layers.clone()
    }

    fn estimate(&self) -> Option<u64> {
        Some(self.entities)
    }

    fn rewind(&mut self) -> Result<()> {
        self.pairs = Pairs::new(self.file.try_clone()?)?;
        self.waiting.clear();
        self.row = 0;
        self.ended = false;
        if !self.seek_entities()? {
            // Nothing is drawn: the next reads find the end.
            self.pairs = Pairs::new(self.file.try_clone()?)?;
            self.ended = true;
        }
        Ok(())
    }
}
