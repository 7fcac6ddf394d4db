//! The canvas of pixels, and its file.

use crate::{
    Clip, Colour, Region, RenderError,
    canvas::{Canvas, Cap, Join, Pen},
};
use tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Mask, Paint, Path, Pixmap, PixmapPaint, PremultipliedColorU8, Stroke, StrokeDash,
    Transform,
};

/// Limit: side of a picture in pixels.
pub const MAX_SIDE: u32 = 8192;

/// A picture in memory.
pub struct Pixels {
    whole: Pixmap,
    /// The part that is painted now, with its place in the whole; copied into it when the next one begins.
    part: Option<(Pixmap, Region)>,
    /// What may be painted now, if it is no rectangle.
    mask: Option<Mask>,
    /// Device pixels per pixel of the view.
    ratio: f32,
    background: Colour,
}

impl Pixels {
    /// A picture of a view's size times `ratio`, filled with a background.
    ///
    /// # Errors
    /// [`RenderError::Size`].
    pub fn new(width: u32, height: u32, ratio: f32, background: Colour) -> Result<Self, RenderError> {
        let side = |n: u32| (f64::from(n) * f64::from(ratio)).round() as u32;
        let whole = Self::sheet(side(width), side(height), background)?;
        Ok(Self { whole, part: None, mask: None, ratio, background })
    }

    fn sheet(width: u32, height: u32, background: Colour) -> Result<Pixmap, RenderError> {
        let fits = |n: u32| (1..=MAX_SIDE).contains(&n);
        let sheet = (fits(width) && fits(height)).then(|| Pixmap::new(width, height)).flatten();
        let mut sheet = sheet.ok_or(RenderError::Size { limit: MAX_SIDE })?;
        if !background.is_clear() {
            sheet.fill(colour(background));
        }
        Ok(sheet)
    }

    /// The picture as PNG: with opacity only where something shines through.
    ///
    /// # Errors
    /// [`RenderError::Encode`].
    pub fn png(mut self) -> Result<Vec<u8>, RenderError> {
        self.flush();
        let pixels = self.whole.pixels();
        let opaque = pixels.iter().all(|p| p.is_opaque());
        let mut bytes = Vec::with_capacity(pixels.len() * 4);
        for pixel in pixels {
            let plain = if opaque { *pixel } else { plain(*pixel) };
            bytes.extend_from_slice(&[plain.red(), plain.green(), plain.blue()]);
            if !opaque {
                bytes.push(pixel.alpha());
            }
        }
        let mut out = Vec::with_capacity(bytes.len() / 8);
        let mut encoder = png::Encoder::new(&mut out, self.whole.width(), self.whole.height());
        encoder.set_color(if opaque { png::ColorType::Rgb } else { png::ColorType::Rgba });
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let fault = |e: png::EncodingError| RenderError::Encode(e.to_string());
        encoder.write_header().and_then(|mut w| w.write_image_data(&bytes)).map_err(fault)?;
        Ok(out)
    }

    fn flush(&mut self) {
        if let Some((part, at)) = self.part.take() {
            let (x, y) = (self.device(at.x), self.device(at.y));
            // The part began as a copy of the background, so it takes the place of what is there.
            let paint = PixmapPaint { blend_mode: tiny_skia::BlendMode::Source, ..PixmapPaint::default() };
            self.whole.draw_pixmap(x, y, part.as_ref(), &paint, Transform::identity(), None);
        }
    }

    fn device(&self, n: i32) -> i32 {
        (n as f32 * self.ratio).round() as i32
    }

    fn target(&mut self) -> (&mut Pixmap, Transform, Option<&Mask>) {
        let ratio = self.ratio;
        match &mut self.part {
            Some((part, at)) => {
                let (x, y) = ((at.x as f32 * ratio).round(), (at.y as f32 * ratio).round());
                (part, Transform::from_scale(ratio, ratio).post_translate(-x, -y), None)
            }
            None => (&mut self.whole, Transform::from_scale(ratio, ratio), self.mask.as_ref()),
        }
    }

    fn paint(&mut self, path: &Path, c: Colour, rule: FillRule) {
        if c.is_clear() {
            return;
        }
        let (sheet, transform, mask) = self.target();
        sheet.fill_path(path, &paint(c), rule, transform, mask);
    }
}

impl Canvas for Pixels {
    fn clip(&mut self, clip: &Clip) -> Result<(), RenderError> {
        self.flush();
        self.mask = None;
        match clip {
            Clip::Whole => {}
            Clip::Region(region) => {
                let far = |at: i32, length: u32| self.device(at.saturating_add_unsigned(length));
                let side = |from: i32, to: i32| u32::try_from(to.saturating_sub(from)).unwrap_or(0);
                let width = side(self.device(region.x), far(region.x, region.width));
                let height = side(self.device(region.y), far(region.y, region.height));
                self.part = Some((Self::sheet(width, height, self.background)?, *region));
            }
            Clip::Outline(path) => {
                let mask = Mask::new(self.whole.width(), self.whole.height());
                let mut mask = mask.ok_or(RenderError::Size { limit: MAX_SIDE })?;
                // Without soft edges: neighbours share each pixel out among them.
                mask.fill_path(path, FillRule::Winding, false, Transform::from_scale(self.ratio, self.ratio));
                self.mask = Some(mask);
            }
        }
        Ok(())
    }

    fn fill(&mut self, path: &Path, colour: Colour) {
        self.paint(path, colour, FillRule::EvenOdd);
    }

    fn stroke(&mut self, path: &Path, pen: &Pen) {
        if pen.colour.is_clear() || pen.width <= 0.0 {
            return;
        }
        let stroke = Stroke {
            width: pen.width,
            line_cap: match pen.cap {
                Cap::Butt => LineCap::Butt,
                Cap::Round => LineCap::Round,
                Cap::Square => LineCap::Square,
            },
            line_join: match pen.join {
                Join::Miter => LineJoin::Miter,
                Join::Round => LineJoin::Round,
                Join::Bevel => LineJoin::Bevel,
            },
            dash: if pen.dashes.is_empty() { None } else { StrokeDash::new(pen.dashes.clone(), 0.0) },
            ..Stroke::default()
        };
        let (sheet, transform, mask) = self.target();
        sheet.stroke_path(path, &paint(pen.colour), &stroke, transform, mask);
    }

    fn letters(&mut self, outlines: &Path, colour: Colour, halo: Colour, halo_width: f32) {
        if halo_width > 0.0 {
            let pen = Pen { colour: halo, width: halo_width * 2.0, cap: Cap::Round, join: Join::Round, dashes: Vec::new() };
            self.stroke(outlines, &pen);
        }
        self.paint(outlines, colour, FillRule::Winding);
    }
}

fn colour(c: Colour) -> Color {
    let part = |n: f32| if n.is_finite() { n.clamp(0.0, 1.0) } else { 0.0 };
    Color::from_rgba(part(c.r), part(c.g), part(c.b), part(c.a)).unwrap_or(Color::TRANSPARENT)
}

fn paint(c: Colour) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(colour(c));
    paint
}

/// A pixel without its opacity multiplied in, for the file.
fn plain(pixel: PremultipliedColorU8) -> PremultipliedColorU8 {
    let c = pixel.demultiply();
    // A holder of three bytes only: its opacity is full, so nothing is multiplied again.
    PremultipliedColorU8::from_rgba(c.red(), c.green(), c.blue(), 255).unwrap_or(pixel)
}
