//! Geometry literals of CQL2 text: WKT and `BBOX(…)`, in lon/lat.

use super::parse::tokens::{Token, Tokens};
use crate::Result;
use meydan_geo::Wkb;

/// Limit: nesting of collections in a literal.
const MAX_DEPTH: usize = 4;

/// Reads one literal.
pub(super) fn read(tokens: &mut Tokens<'_>) -> Result<Wkb> {
    let mut out = Vec::new();
    geometry(tokens, &mut out, 0)?;
    Wkb::parse(&out).map_err(|_| tokens.fault("geçerli bir geometri", "a valid geometry"))
}

fn head(out: &mut Vec<u8>, code: u32) {
    out.push(1);
    out.extend_from_slice(&code.to_le_bytes());
}

fn geometry(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, depth: usize) -> Result<()> {
    let word = match tokens.next() {
        Some(Token::Word(word)) => word.to_ascii_uppercase(),
        _ => return Err(tokens.fault("WKT geometrisi ya da BBOX", "a WKT geometry or BBOX")),
    };
    if word == "BBOX" {
        return bbox(tokens, out);
    }
    let has_z = tokens.take_word("Z");
    let code = match word.as_str() {
        "POINT" => 1,
        "LINESTRING" => 2,
        "POLYGON" => 3,
        "MULTIPOINT" => 4,
        "MULTILINESTRING" => 5,
        "MULTIPOLYGON" => 6,
        "GEOMETRYCOLLECTION" => 7,
        _ => return Err(tokens.fault("WKT geometrisi ya da BBOX", "a WKT geometry or BBOX")),
    };
    if depth >= MAX_DEPTH {
        return Err(tokens.fault("daha az iç içe", "less nesting"));
    }
    head(out, code);
    match code {
        1 => {
            open(tokens)?;
            position(tokens, out, has_z)?;
            close(tokens)
        }
        2 => positions(tokens, out, has_z),
        3 => counted(tokens, out, |tokens, out| positions(tokens, out, has_z)),
        4 => counted(tokens, out, |tokens, out| {
            head(out, 1);
            let wrapped = tokens.take(&Token::Open);
            position(tokens, out, has_z)?;
            if wrapped { close(tokens) } else { Ok(()) }
        }),
        5 => counted(tokens, out, |tokens, out| {
            head(out, 2);
            positions(tokens, out, has_z)
        }),
        6 => counted(tokens, out, |tokens, out| {
            head(out, 3);
            counted(tokens, out, |tokens, out| positions(tokens, out, has_z))
        }),
        _ => counted(tokens, out, |tokens, out| geometry(tokens, out, depth + 1)),
    }
}

fn open(tokens: &mut Tokens<'_>) -> Result<()> {
    tokens.expect(&Token::Open, "“(”", "“(”")
}

fn close(tokens: &mut Tokens<'_>) -> Result<()> {
    tokens.expect(&Token::Close, "“)”", "“)”")
}

/// A list in parentheses, preceded in the output by its length.
fn counted(
    tokens: &mut Tokens<'_>,
    out: &mut Vec<u8>,
    mut item: impl FnMut(&mut Tokens<'_>, &mut Vec<u8>) -> Result<()>,
) -> Result<()> {
    open(tokens)?;
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    let mut n = 0u32;
    loop {
        item(tokens, out)?;
        n += 1;
        if !tokens.take(&Token::Comma) {
            break;
        }
    }
    out[at..at + 4].copy_from_slice(&n.to_le_bytes());
    close(tokens)
}

fn positions(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, has_z: bool) -> Result<()> {
    counted(tokens, out, |tokens, out| position(tokens, out, has_z))
}

fn position(tokens: &mut Tokens<'_>, out: &mut Vec<u8>, has_z: bool) -> Result<()> {
    for _ in 0..2 {
        out.extend_from_slice(&number(tokens)?.to_le_bytes());
    }
    if has_z {
        number(tokens)?;
    }
    Ok(())
}

fn number(tokens: &mut Tokens<'_>) -> Result<f64> {
    match tokens.peek() {
        Some(Token::Number(n, _)) => {
            let n = *n;
            tokens.next();
            Ok(n)
        }
        _ => Err(tokens.fault("bir sayı", "a number")),
    }
}

fn bbox(tokens: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<()> {
    open(tokens)?;
    let mut n = vec![number(tokens)?];
    while tokens.take(&Token::Comma) {
        n.push(number(tokens)?);
    }
    close(tokens)?;
    let (w, s, e, north) = match n[..] {
        [w, s, e, n] => (w, s, e, n),
        [w, s, _, e, n, _] => (w, s, e, n),
        _ => return Err(tokens.fault("4 ya da 6 sayı", "4 or 6 numbers")),
    };
    head(out, 3);
    out.extend_from_slice(&1u32.to_le_bytes());
    out.extend_from_slice(&5u32.to_le_bytes());
    for (x, y) in [(w, s), (e, s), (e, north), (w, north), (w, s)] {
        out.extend_from_slice(&x.to_le_bytes());
        out.extend_from_slice(&y.to_le_bytes());
    }
    Ok(())
}
