//! Colours as styles write them.

/// Red, green, blue and opacity, each 0..=1; not multiplied with opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// Red.
    pub r: f32,
    /// Green.
    pub g: f32,
    /// Blue.
    pub b: f32,
    /// Opacity.
    pub a: f32,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self { r: 0.0, g: 0.0, b: 0.0, a: 1.0 };
    /// White.
    pub const WHITE: Self = Self { r: 1.0, g: 1.0, b: 1.0, a: 1.0 };
    /// Nothing.
    pub const NONE: Self = Self { r: 0.0, g: 0.0, b: 0.0, a: 0.0 };

    /// A CSS colour: `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, `rgb()`, `rgba()`, `hsl()`, `hsla()`, `black`, `white`, `transparent`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        match text {
            "black" => return Some(Self::BLACK),
            "white" => return Some(Self::WHITE),
            "transparent" => return Some(Self::NONE),
            _ => {}
        }
        if let Some(hex) = text.strip_prefix('#') {
            return Self::hex(hex);
        }
        let (name, rest) = text.split_once('(')?;
        let parts: Vec<&str> = rest.strip_suffix(')')?.split([',', ' ', '/']).filter(|p| !p.is_empty()).collect();
        let number = |at: usize| parts.get(at)?.trim_end_matches('%').parse::<f32>().ok().filter(|n| n.is_finite());
        let a = if parts.len() > 3 { number(3)?.clamp(0.0, 1.0) } else { 1.0 };
        match name {
            "rgb" | "rgba" => {
                let part = |at| number(at).map(|n| (n / 255.0).clamp(0.0, 1.0));
                Some(Self { r: part(0)?, g: part(1)?, b: part(2)?, a })
            }
            "hsl" | "hsla" => Some(Self::hsl(number(0)?, number(1)? / 100.0, number(2)? / 100.0, a)),
            _ => None,
        }
    }

    fn hex(hex: &str) -> Option<Self> {
        if !hex.is_ascii() {
            return None;
        }
        let wide = if matches!(hex.len(), 3 | 4) { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
        let part = |at: usize| {
            let byte = u8::from_str_radix(wide.get(at..at + 2)?, 16).ok()?;
            Some(f32::from(byte) / 255.0)
        };
        match wide.len() {
            6 => Some(Self { r: part(0)?, g: part(2)?, b: part(4)?, a: 1.0 }),
            8 => Some(Self { r: part(0)?, g: part(2)?, b: part(4)?, a: part(6)? }),
            _ => None,
        }
    }

    fn hsl(h: f32, s: f32, l: f32, a: f32) -> Self {
        let (s, l) = (s.clamp(0.0, 1.0), l.clamp(0.0, 1.0));
        let spread = s * l.min(1.0 - l);
        let part = |n: f32| {
            let k = (n + h / 30.0).rem_euclid(12.0);
            l - spread * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)
        };
        Self { r: part(0.0), g: part(8.0), b: part(4.0), a }
    }

    /// The same with its opacity multiplied.
    pub fn faded(self, opacity: f32) -> Self {
        Self { a: (self.a * opacity).clamp(0.0, 1.0), ..self }
    }

    /// Between two colours, mixed as light is seen: with opacity multiplied in.
    pub fn between(self, other: Self, t: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * t;
        let a = mix(self.a, other.a);
        if a <= 0.0 {
            return Self::NONE;
        }
        let part = |x: f32, y: f32| mix(x * self.a, y * other.a) / a;
        Self { r: part(self.r, other.r), g: part(self.g, other.g), b: part(self.b, other.b), a }
    }

    /// True if nothing is seen.
    pub fn is_clear(self) -> bool {
        self.a <= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_colour_is_read() {
        let grey = Colour { r: 0.2, g: 0.4, b: 0.6, a: 1.0 };
        for text in ["#369", "#336699", "#336699ff", "#369f", "rgb(51, 102, 153)", "rgba(51,102,153,1)", "hsl(210, 50%, 40%)"] {
            let c = Colour::parse(text).expect(text);
            for (x, y) in [(c.r, grey.r), (c.g, grey.g), (c.b, grey.b), (c.a, grey.a)] {
                assert!((x - y).abs() < 0.01, "{text}: {c:?}");
            }
        }
        for text in ["", "#12", "#ğğğ", "#1234567", "rgb(1,2)", "hsl(a,b,c)", "mauve", "rgb(NaN,0,0)"] {
            assert_eq!(Colour::parse(text), None, "{text}");
        }
    }
}
