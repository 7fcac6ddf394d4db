//! Rings as Shapefiles keep them, a flat list (outer ones clockwise), and as polygons with their holes.

/// Limit: steps of searching which hole lies in which ring, for one record.
const MAX_STEPS: usize = 200_000_000;

type Ring = Vec<(f64, f64)>;

/// Twice the signed area; positive is counter-clockwise. Taken from the first corner, so that large coordinates keep digits.
pub(super) fn area(ring: &[(f64, f64)]) -> f64 {
    let Some((x0, y0)) = ring.first().copied() else { return 0.0 };
    ring.windows(2)
        .map(|w| match w {
            [(ax, ay), (bx, by)] => (ax - x0) * (by - y0) - (bx - x0) * (ay - y0),
            _ => 0.0,
        })
        .sum()
}

fn contains(ring: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let mut inside = false;
    for w in ring.windows(2) {
        if let [(ax, ay), (bx, by)] = w
            && (*ay > y) != (*by > y)
            && x < (bx - ax) * (y - ay) / (by - ay) + ax
        {
            inside = !inside;
        }
    }
    inside
}

/// Groups rings into polygons: each outer ring with the holes that lie in it. A hole that lies nowhere becomes a polygon.
pub(super) fn polygons(rings: Vec<Ring>) -> Result<Vec<Vec<Ring>>, String> {
    let (mut outers, mut holes): (Vec<Vec<Ring>>, Vec<Ring>) = (Vec::new(), Vec::new());
    for ring in rings {
        if area(&ring) <= 0.0 { outers.push(vec![ring]) } else { holes.push(ring) }
    }
    // A file whose rings all turn the wrong way has no holes.
    if outers.is_empty() {
        return Ok(holes.into_iter().map(|r| vec![r]).collect());
    }
    if let [only] = outers.as_mut_slice() {
        only.extend(holes);
        return Ok(outers);
    }
    let sizes: Vec<f64> = outers.iter().map(|o| o.first().map_or(0.0, |r| area(r).abs())).collect();
    let corners: usize = outers.iter().filter_map(|o| o.first()).map(Vec::len).sum();
    if corners.saturating_mul(holes.len()) > MAX_STEPS {
        return Err("too many rings".to_owned());
    }
    for hole in holes {
        let Some(corner) = hole.first().copied() else { continue };
        let home = (0..outers.len())
            .filter(|at| outers[*at].first().is_some_and(|r| contains(r, corner)))
            .min_by(|a, b| sizes[*a].total_cmp(&sizes[*b]));
        match home.and_then(|at| outers.get_mut(at)) {
            Some(polygon) => polygon.push(hole),
            None => outers.push(vec![hole]),
        }
    }
    Ok(outers)
}
