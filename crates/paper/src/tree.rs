//! The structure behind the pages, by which screen readers read them (tagged PDF, ISO 32000-1 §14.7).

/// The elements that papers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Document,
    Heading,
    Paragraph,
    List,
    ListItem,
    Label,
    ListBody,
    Table,
    Row,
    HeaderCell,
    Cell,
    Figure,
}

/// Which element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ElementId(pub usize);

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kid {
    Element(ElementId),
    /// Marked content number `mark` of a page, both from 0.
    Marked {
        page: usize,
        mark: i32,
    },
}

/// One element.
#[derive(Debug)]
pub(crate) struct Element {
    pub role: Role,
    pub parent: Option<ElementId>,
    pub kids: Vec<Kid>,
    /// What a picture shows, and its box on the page once it is drawn.
    pub alternative: Option<String>,
    pub place: Option<[f32; 4]>,
}

/// All elements; the first is the document.
#[derive(Debug)]
pub(crate) struct Tree {
    pub elements: Vec<Element>,
}

impl Tree {
    pub fn new() -> Self {
        let document = Element { role: Role::Document, parent: None, kids: Vec::new(), alternative: None, place: None };
        Self { elements: vec![document] }
    }

    pub const ROOT: ElementId = ElementId(0);

    /// A new last child.
    pub fn add(&mut self, parent: ElementId, role: Role) -> ElementId {
        let id = ElementId(self.elements.len());
        self.elements.push(Element { role, parent: Some(parent), kids: Vec::new(), alternative: None, place: None });
        self.kid(parent, Kid::Element(id));
        id
    }

    /// A picture, told in words.
    pub fn figure(&mut self, parent: ElementId, alternative: String) -> ElementId {
        let id = self.add(parent, Role::Figure);
        if let Some(element) = self.elements.get_mut(id.0) {
            element.alternative = Some(alternative);
        }
        id
    }

    pub fn kid(&mut self, of: ElementId, kid: Kid) {
        if let Some(element) = self.elements.get_mut(of.0) {
            element.kids.push(kid);
        }
    }
}
