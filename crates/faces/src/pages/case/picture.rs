//! The way of cases as a picture that can be read without looking anything up: states below each other, and each transition a line
//! that begins at its state with its name. Lines to the same state run into one lane with one arrow: those that go on at the right
//! of the states, those that go back at the left. What joins a lane has a dot; what only crosses it has none. Pure: names in,
//! coordinates out.

/// Width of a state's box.
pub const BOX_WIDTH: usize = 200;
/// Height of the place that a line has at the side of a box.
const ROW: usize = 24;
/// Least height of a box: two lines of words.
const LEAST_HEIGHT: usize = 50;
const GAP_Y: usize = 18;
/// Between two lanes.
const LANE: usize = 16;
const MARGIN: usize = 12;
/// Width of a letter of a transition's name, at the most.
const LETTER: usize = 7;
/// Limit: letters of a line of a state's name.
const MAX_LETTERS: usize = 24;
/// Height of a line of words.
const LINE_HEIGHT: usize = 17;

/// A state as it is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State<'a> {
    /// Title.
    pub title: &'a str,
    /// `open`, `waiting`, `closed`.
    pub kind: &'static str,
    /// The case is in it.
    pub here: bool,
}

/// A transition as it is drawn from: the places of its states in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step<'a> {
    /// Title.
    pub title: &'a str,
    /// From.
    pub from: usize,
    /// To.
    pub to: usize,
    /// The house goes it by itself.
    pub house: bool,
}

/// The picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
    /// The states.
    pub boxes: Vec<StateBox>,
    /// The lanes, each with its arrow.
    pub lanes: Vec<Lane>,
    /// The transitions.
    pub lines: Vec<Line>,
}

/// A state.
#[derive(Debug, PartialEq, Eq)]
pub struct StateBox {
    /// Lines of its title, each with its height.
    pub title: Vec<(String, usize)>,
    /// Left.
    pub x: usize,
    /// Top.
    pub y: usize,
    /// Height.
    pub height: usize,
    /// Middle, for the title.
    pub middle: usize,
    /// Kind.
    pub kind: &'static str,
    /// The case is in it.
    pub here: bool,
}

/// A lane to a state.
#[derive(Debug, PartialEq, Eq)]
pub struct Lane {
    /// The way.
    pub path: String,
    /// The arrow's tip.
    pub tip: String,
    /// Kind of the state.
    pub kind: &'static str,
    x: usize,
    top: usize,
    bottom: usize,
}

/// A transition.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its title, with where it stands.
    pub title: String,
    /// Where the words stand.
    pub x: usize,
    /// Their height.
    pub base: usize,
    /// `start` or `end`: to which side of `x` the words go.
    pub anchor: &'static str,
    /// The way to the lane.
    pub path: String,
    /// Where it joins the lane.
    pub dot: (usize, usize),
    /// Kind of the state that it leads to.
    pub kind: &'static str,
    /// The house goes it by itself.
    pub house: bool,
}

/// One side of the states: lines that go on, or that go back.
struct Side {
    back: bool,
    /// The states that it leads to, the innermost lane first.
    targets: Vec<usize>,
    /// Left of the innermost lane (its right, of the side that goes back).
    lanes: usize,
}

impl Side {
    fn new(steps: &[Step<'_>], states: usize, back: bool) -> Self {
        let leads = |to: &usize| steps.iter().any(|s| s.to == *to && (s.to < s.from) == back && s.to != s.from);
        let mut targets: Vec<usize> = (0..states).filter(leads).collect();
        // The nearest state has the innermost lane: it has ended where the others turn in.
        if back {
            targets.reverse();
        }
        Self { back, targets, lanes: 0 }
    }

    /// The steps of a state at this side, top to bottom: so that those of the same state don't cross each other.
    fn steps<'a, 'b>(&self, steps: &'b [Step<'a>], from: usize) -> Vec<&'b Step<'a>> {
        let mut own: Vec<&Step<'_>> =
            steps.iter().filter(|s| s.from == from && s.to != from && (s.to < from) == self.back).collect();
        own.sort_by_key(|s| if self.back { s.to } else { usize::MAX - s.to });
        own
    }

    /// Width of the longest name.
    fn words(&self, steps: &[Step<'_>]) -> usize {
        let own = steps.iter().filter(|s| s.to != s.from && (s.to < s.from) == self.back);
        own.map(|s| s.title.chars().count() * LETTER + 2 * LANE).max().unwrap_or(0)
    }

    /// Left of a state's lane.
    fn lane(&self, to: usize) -> usize {
        let index = self.targets.iter().position(|t| *t == to).unwrap_or(0);
        if self.back { self.lanes - index * LANE } else { self.lanes + index * LANE }
    }

    /// True if a lane ends at the state.
    fn ends(&self, state: usize) -> bool {
        self.targets.contains(&state)
    }
}

/// Draws states, in their order, and the steps between them; a step that stays where it is isn't drawn.
pub fn draw(states: &[State<'_>], steps: &[Step<'_>]) -> Picture {
    let mut on = Side::new(steps, states.len(), false);
    let mut back = Side::new(steps, states.len(), true);
    let left = MARGIN + back.targets.len() * LANE + back.words(steps);
    back.lanes = MARGIN + back.targets.len().saturating_sub(1) * LANE;
    on.lanes = left + BOX_WIDTH + on.words(steps);
    let mut picture = Picture { width: on.lanes + on.targets.len() * LANE + MARGIN, ..Picture::default() };
    let mut y = MARGIN;
    for (index, state) in states.iter().enumerate() {
        let rows = |side: &Side| side.steps(steps, index).len() + usize::from(side.ends(index));
        let height = (rows(&on).max(rows(&back)) * ROW).max(LEAST_HEIGHT);
        picture.boxes.push(boxed(state, left, y, height));
        y += height + GAP_Y;
    }
    picture.height = y - GAP_Y + MARGIN;
    for side in [&on, &back] {
        for index in 0..states.len() {
            lines(&mut picture, side, steps, index);
        }
        for to in &side.targets {
            lane(&mut picture, side, steps, *to);
        }
    }
    picture
}

fn boxed(state: &State<'_>, x: usize, y: usize, height: usize) -> StateBox {
    let words = broken(state.title);
    let first = y + height / 2 + 5 - words.len().saturating_sub(1) * LINE_HEIGHT / 2;
    let title = words.into_iter().enumerate().map(|(i, line)| (line, first + i * LINE_HEIGHT)).collect();
    StateBox { title, x, y, height, middle: x + BOX_WIDTH / 2, kind: state.kind, here: state.here }
}

/// A title in lines that fit into a box.
fn broken(title: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in title.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < MAX_LETTERS => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The lines that leave a state at a side.
fn lines(picture: &mut Picture, side: &Side, steps: &[Step<'_>], from: usize) {
    let Some(state) = picture.boxes.get(from) else { return };
    let (edge, top) = (if side.back { state.x } else { state.x + BOX_WIDTH }, state.y);
    // The first row is the place of the arrow that comes in: at the right from above, at the left from below.
    let first = usize::from(side.ends(from) && !side.back);
    for (row, step) in side.steps(steps, from).into_iter().enumerate() {
        let y = top + (first + row) * ROW + ROW / 2 + 6;
        let lane = side.lane(step.to);
        let kind = picture.boxes.get(step.to).map_or("open", |b| b.kind);
        picture.lines.push(Line {
            title: step.title.to_owned(),
            x: if side.back { edge - LANE } else { edge + LANE },
            base: y - 4,
            anchor: if side.back { "end" } else { "start" },
            path: format!("M{edge} {y}H{lane}"),
            dot: (lane, y),
            kind,
            house: step.house,
        });
    }
}

/// The lane to a state, from its farthest line to the arrow.
fn lane(picture: &mut Picture, side: &Side, steps: &[Step<'_>], to: usize) {
    let x = side.lane(to);
    let joined = steps.iter().filter(|s| s.to == to && (s.to < s.from) == side.back && s.to != s.from);
    let far = if side.back { joined.map(|s| s.from).max() } else { joined.map(|s| s.from).min() };
    let Some(state) = picture.boxes.get(to) else { return };
    let y = if side.back { state.y + state.height - ROW / 2 } else { state.y + ROW / 2 };
    let ends = picture.lines.iter().filter(|l| l.dot.0 == x && (l.anchor == "end") == side.back).map(|l| l.dot.1);
    let Some(start) = (if side.back { ends.max() } else { ends.min() }).filter(|_| far.is_some()) else { return };
    let edge = if side.back { state.x } else { state.x + BOX_WIDTH };
    // The corner is round, the tip points into the box.
    let (turn, inwards, tip) = match side.back {
        false => (y - 6, x - 6, format!("M{edge} {y}l9 -5v10z")),
        true => (y + 6, x + 6, format!("M{edge} {y}l-9 -5v10z")),
    };
    let stop = if side.back { edge - 8 } else { edge + 8 };
    let path = format!("M{x} {start}V{turn}Q{x} {y} {inwards} {y}H{stop}");
    let (top, bottom) = (start.min(y), start.max(y));
    picture.lanes.push(Lane { path, tip, kind: state.kind, x, top, bottom });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn picture(count: usize, ways: &[(usize, usize)]) -> Picture {
        let states: Vec<State<'_>> = (0..count).map(|_| State { title: "Bir durum", kind: "open", here: false }).collect();
        let step = |(from, to): &(usize, usize)| Step { title: "Gönder", from: from % count, to: to % count, house: false };
        draw(&states, &ways.iter().map(step).collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn every_step_is_drawn_and_nothing_lies_on_anything_else(count in 1..12_usize, ways in proptest::collection::vec((0..12_usize, 0..12_usize), 0..40)) {
            let drawn = picture(count, &ways);
            let moving = ways.iter().filter(|(from, to)| from % count != to % count).count();
            prop_assert_eq!(drawn.lines.len(), moving);
            for (i, a) in drawn.lines.iter().enumerate() {
                prop_assert!(a.dot.0 <= drawn.width && a.dot.1 <= drawn.height);
                // Words and lines of one side have a row of their own.
                for b in &drawn.lines[i + 1..] {
                    prop_assert!(a.anchor != b.anchor || a.base.abs_diff(b.base) >= LINE_HEIGHT, "{:?} {:?}", a, b);
                }
                prop_assert!(drawn.lanes.iter().any(|l| l.x == a.dot.0 && (l.top..=l.bottom).contains(&a.dot.1)), "{:?}", a);
            }
            for (i, a) in drawn.lanes.iter().enumerate() {
                prop_assert!(drawn.lanes[i + 1..].iter().all(|b| a.x != b.x), "two lanes on each other");
                // An arrow comes in where no line goes out.
                let tip = if a.x < drawn.boxes[0].x { a.top } else { a.bottom };
                let side = if a.x < drawn.boxes[0].x { "end" } else { "start" };
                prop_assert!(drawn.lines.iter().all(|l| l.anchor != side || l.dot.1.abs_diff(tip) >= 10));
            }
            prop_assert!(drawn.boxes.windows(2).all(|w| w[0].y + w[0].height < w[1].y));
        }
    }

    #[test]
    fn a_long_title_is_broken_into_lines_that_fit() {
        assert_eq!(broken("Yetkili kuruma gönderildi"), ["Yetkili kuruma", "gönderildi"]);
        assert_eq!(broken("Yeni"), ["Yeni"]);
        assert!(broken("").is_empty());
    }
}
