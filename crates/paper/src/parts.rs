//! What letters and sheets share: paragraphs, the signature, the foot of the page.

/// One part of the running text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paragraph {
    /// Justified text; each line break begins a new paragraph with its own indent.
    Text(String),
    /// Points counted `1.`, `2.`, …
    List(Vec<String>),
    /// A bold label and its value, one pair a line: the facts of a case.
    Rows(Vec<(String, String)>),
}

/// By what right somebody signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authority {
    /// As the holder of the post.
    Own,
    /// With a power that the named post handed down: a line `Belediye Başkanı a.` / `for the Mayor` stands above the title.
    OnBehalfOf(String),
    /// As who stands in for the holder (vekâlet): the title is followed by `V.`, in English `Acting` stands before it.
    Proxy,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// First name and family name, as they are to be written.
    pub name: String,
    /// The title of the post.
    pub title: String,
    /// By what right.
    pub authority: Authority,
}

/// How a reader finds out that the paper is genuine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// A sentence, as `Bu belge, güvenli elektronik imza ile imzalanmıştır.`
    pub text: String,
    /// What to type at the address.
    pub code: Option<String>,
    /// The address that is printed and is in the QR code, at most [`crate::MAX_ADDRESS_BYTES`].
    pub url: String,
}

/// The foot of every page. Empty texts are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footer {
    /// Street, district, city.
    pub address: String,
    /// Telephone and fax.
    pub phone: String,
    /// E-mail or registered e-mail (KEP).
    pub email: String,
    /// Web address.
    pub web: String,
    /// Whom to ask (`Bilgi için:`): name, title, extension.
    pub contact: String,
    /// Where the paper can be verified, with a QR code.
    pub verification: Option<Verification>,
}
