//! The organisation on a day, as far as somebody may see it: units with their posts, who holds them, who stands in.

use super::{
    super::{
        labels::Labels,
        page::Visit,
        texts::{Texts, count},
    },
    reading::{Row, names, on_day, visible},
};
use crate::Problem;
use askama::Template;
use jiff::civil::Date;
use meydan_kernel::{
    Record, Register, Value,
    catalogue::Action,
    permission::Access,
    post::{HOLDING, PERSON, POST, PROXY, UNIT},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use uuid::Uuid;

/// Limit: holders of one post that are named.
const MAX_HOLDERS: usize = 12;
/// Limit: how deep units may lie below each other; a circle in the records ends here.
const MAX_DEPTH: usize = 12;

/// A unit with what is in it and below it; draws itself.
#[derive(Template)]
#[template(path = "admin/unit.html")]
pub struct UnitNode {
    /// Texts.
    pub t: Texts,
    /// Its record.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Kind, in words.
    pub kind: String,
    /// Posts.
    pub posts: Vec<PostNode>,
    /// Units below.
    pub units: Vec<Self>,
    /// Where the units below are drawn, if not here, and how many they are.
    pub elsewhere: Option<(String, String)>,
}

/// A post.
pub struct PostNode {
    /// Its record.
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// Who holds it.
    pub holders: Vec<Holder>,
    /// Holders that are not named here.
    pub more: Option<String>,
    /// Nobody holds it.
    pub vacant: bool,
    /// Seats that are free, in words.
    pub free: Option<String>,
    /// Who stands in, for whom: the names and the proxy's record.
    pub proxies: Vec<(String, String, Uuid)>,
}

/// Who holds a post.
pub struct Holder {
    /// Name.
    pub name: String,
    /// The person.
    pub person: Uuid,
    /// Not permanent: acting, temporary, additional; in words.
    pub kind: Option<String>,
}

/// Everything of the chart that who asks may see.
pub struct Chart {
    unit: Arc<Register>,
    post: Arc<Register>,
    holding: Arc<Register>,
    proxy: Arc<Register>,
    units: Vec<Record>,
    posts: Vec<Record>,
    proxies: Vec<Record>,
    holdings: HashMap<Uuid, Vec<Record>>,
    holders: Labels,
    deputies: Labels,
    /// Whose holdings may be seen.
    seen: Access,
}

impl Chart {
    /// The chart on a day.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn on(visit: &Visit, day: Date) -> Result<Self, Problem> {
        let on = on_day(day);
        let ((unit, units), (post, posts), (holding, holdings), (proxy, proxies)) = futures::try_join!(
            visible(visit, UNIT, &on),
            visible(visit, POST, &on),
            visible(visit, HOLDING, &on),
            visible(visit, PROXY, &on),
        )?;
        let approved = |record: &Record| Row { register: &proxy, record }.text("status") == Some("approved");
        let proxies: Vec<Record> = proxies.into_iter().filter(approved).collect();
        let (holders, deputies) = futures::try_join!(names(visit, &holding, &holdings), names(visit, &proxy, &proxies))?;
        let mut by_post: HashMap<Uuid, Vec<Record>> = HashMap::new();
        for record in holdings {
            if let Some(post) = (Row { register: &holding, record: &record }).reference("post") {
                by_post.entry(post).or_default().push(record);
            }
        }
        let seen = visit.app.desk.access(&visit.caller.principal, &holding, Action::Read);
        Ok(Self { unit, post, holding, proxy, units, posts, proxies, holdings: by_post, holders, deputies, seen })
    }

    /// How many units and posts there are, and of how many posts seats are free; the last only where it can be seen.
    pub fn numbers(&self) -> (usize, usize, usize) {
        (self.units.len(), self.posts.len(), self.posts.iter().filter(|p| self.free(p).is_some_and(|f| f > 0)).count())
    }

    /// Posts with free seats: post, title, unit's name, how many are free.
    pub fn vacancies(&self, visit: &Visit) -> Vec<(Uuid, String, String, String)> {
        let unit_name = |id: Option<Uuid>| {
            let unit = self.units.iter().find(|u| Some(u.id) == id);
            unit.map(|record| Row { register: &self.unit, record }.titled(visit.lang, "name").to_owned()).unwrap_or_default()
        };
        let row = |record: &Record| {
            let free = self.free(record).filter(|free| *free > 0)?;
            let row = Row { register: &self.post, record };
            let title = row.titled(visit.lang, "title").to_owned();
            Some((record.id, title, unit_name(row.reference("unit")), visit.t.seats_free(count(free))))
        };
        let mut rows: Vec<_> = self.posts.iter().filter_map(row).collect();
        rows.sort_by(|a, b| (&a.2, &a.1).cmp(&(&b.2, &b.1)));
        rows
    }

    /// The units drawn from one on, or from the top. Deeper than `depth` they are links.
    pub fn tree(&self, visit: &Visit, from: Option<Uuid>, depth: usize) -> Vec<UnitNode> {
        let known: BTreeSet<Uuid> = self.units.iter().map(|u| u.id).collect();
        let mut below: HashMap<Option<Uuid>, Vec<&Record>> = HashMap::new();
        for record in &self.units {
            let parent = Row { register: &self.unit, record }.reference("parent").filter(|p| known.contains(p));
            below.entry(parent).or_default().push(record);
        }
        let mut posts: HashMap<Uuid, Vec<&Record>> = HashMap::new();
        for record in &self.posts {
            if let Some(unit) = (Row { register: &self.post, record }).reference("unit") {
                posts.entry(unit).or_default().push(record);
            }
        }
        let roots: Vec<&Record> = match from {
            Some(id) => self.units.iter().filter(|u| u.id == id).collect(),
            None => below.get(&None).cloned().unwrap_or_default(),
        };
        roots.into_iter().map(|unit| self.unit_node(visit, unit, &below, &posts, depth.min(MAX_DEPTH))).collect()
    }

    /// The unit's name and the unit above it.
    pub fn unit_above(&self, visit: &Visit, id: Uuid) -> Option<(Option<Uuid>, String)> {
        let record = self.units.iter().find(|u| u.id == id)?;
        let row = Row { register: &self.unit, record };
        let parent = row.reference("parent");
        let above = self.units.iter().find(|u| Some(u.id) == parent);
        let name = above.map(|record| Row { register: &self.unit, record }.titled(visit.lang, "name").to_owned());
        Some((parent, name.unwrap_or_default()))
    }

    fn unit_node(
        &self,
        visit: &Visit,
        record: &Record,
        below: &HashMap<Option<Uuid>, Vec<&Record>>,
        posts: &HashMap<Uuid, Vec<&Record>>,
        depth: usize,
    ) -> UnitNode {
        let row = Row { register: &self.unit, record };
        let catalogue = visit.app.desk.catalogue();
        let kind = row.text("kind").unwrap_or_default();
        let title = catalogue.code_lists.get("unit_kind").and_then(|l| l.get(kind)).map(|c| visit.say(&c.title).to_owned());
        let children = below.get(&Some(record.id)).map_or(&[][..], Vec::as_slice);
        let here = depth > 0;
        let mut own: Vec<&Record> = posts.get(&record.id).cloned().unwrap_or_default();
        let inside: BTreeSet<Uuid> = own.iter().map(|p| p.id).collect();
        // Who reports to nobody in the unit stands first.
        own.sort_by_key(|record| {
            let above = Row { register: &self.post, record }.reference("reports_to");
            (above.is_some_and(|id| inside.contains(&id)), record.fid)
        });
        let mut query = visit.query.without(&["unit", "lang", "theme"]);
        query = query.with("unit", &record.id.to_string());
        UnitNode {
            t: visit.t,
            id: record.id,
            name: row.titled(visit.lang, "name").to_owned(),
            kind: title.unwrap_or_else(|| kind.to_owned()),
            posts: own.into_iter().map(|post| self.post_node(visit, post)).collect(),
            units: match here {
                true => children.iter().map(|unit| self.unit_node(visit, unit, below, posts, depth - 1)).collect(),
                false => Vec::new(),
            },
            elsewhere: (!here && !children.is_empty())
                .then(|| (format!("/organisation{}", query.query()), visit.t.units_below(count(children.len())))),
        }
    }

    /// Free seats of a post; `None` where who asks may not see who holds it.
    fn free(&self, post: &Record) -> Option<i64> {
        let row = Row { register: &self.post, record: post };
        let unit = row.reference("unit");
        let value = |name: &str| match name {
            "unit" => unit.map_or(Value::Null, Value::Reference),
            "post" => Value::Reference(post.id),
            _ => Value::Null,
        };
        // Anybody's holding of this post: could it be seen?
        let anybodys = Record::draft(Uuid::nil(), self.holding.fields.iter().map(|f| value(&f.name)).collect(), None);
        self.seen.of(&anybodys)?;
        let held = self.holdings.get(&post.id).map_or(0, Vec::len);
        Some(row.number("seats").unwrap_or(1) - i64::try_from(held).unwrap_or(i64::MAX))
    }

    fn post_node(&self, visit: &Visit, record: &Record) -> PostNode {
        let row = Row { register: &self.post, record };
        let held = self.holdings.get(&record.id).map_or(&[][..], Vec::as_slice);
        let holders: Vec<Holder> = held.iter().take(MAX_HOLDERS).filter_map(|r| self.holder(visit, r)).collect();
        let persons: BTreeSet<Uuid> =
            held.iter().filter_map(|record| Row { register: &self.holding, record }.reference("person")).collect();
        let free = self.free(record).filter(|free| *free > 0);
        PostNode {
            id: record.id,
            title: row.titled(visit.lang, "title").to_owned(),
            more: (held.len() > MAX_HOLDERS).then(|| visit.t.holders_more(count(held.len() - MAX_HOLDERS))),
            vacant: free.is_some() && held.is_empty(),
            free: free.map(|free| visit.t.seats_free(count(free))),
            holders,
            proxies: self.proxies.iter().filter_map(|p| self.stands_in(visit, p, record.id, &persons)).collect(),
        }
    }

    fn holder(&self, visit: &Visit, record: &Record) -> Option<Holder> {
        let row = Row { register: &self.holding, record };
        let person = row.reference("person")?;
        let catalogue = visit.app.desk.catalogue();
        let title = |kind: &str| {
            let code = catalogue.code_lists.get("holding_kind").and_then(|l| l.get(kind));
            code.map_or_else(|| kind.to_owned(), |c| visit.say(&c.title).to_owned())
        };
        let name = self.holders.get(PERSON, person).map_or_else(|| visit.t.a_person().to_owned(), str::to_owned);
        Some(Holder { name, person, kind: row.text("kind").filter(|k| *k != "permanent").map(title) })
    }

    /// The names and the proxy, if it is one for a holder of this post.
    fn stands_in(
        &self,
        visit: &Visit,
        record: &Record,
        post: Uuid,
        persons: &BTreeSet<Uuid>,
    ) -> Option<(String, String, Uuid)> {
        let row = Row { register: &self.proxy, record };
        let (delegator, delegate) = row.reference("delegator").zip(row.reference("delegate"))?;
        let is_here = persons.contains(&delegator) && row.reference("post").is_none_or(|only| only == post);
        let name = |id| self.deputies.get(PERSON, id).map_or_else(|| visit.t.a_person().to_owned(), str::to_owned);
        is_here.then(|| (name(delegate), name(delegator), record.id))
    }
}
