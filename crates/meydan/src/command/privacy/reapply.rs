//! `meydan privacy reapply`: a backup brings back what was destroyed after it was made; this destroys it again.

use super::record_id;
use crate::{
    command::import::source_error,
    context::{City, Context},
};
use anyhow::Result;
use meydan_formats::{Options, Reader};
use meydan_geo::feature::{Feature, Scalar};
use meydan_identity::Identity;
use meydan_kernel::{Error, Kind, Principal, Register, desk::Destruction};
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use uuid::Uuid;

/// After a restore: destroy again what was destroyed since the backup was made.
///
/// The file is the register of destructions as `meydan export destruction --out FILE` writes it. It holds no personal data: let it be
/// written each day to a place apart from the backups. What is over its time is destroyed by `meydan retention run` anyway.
#[derive(clap::Args)]
pub(super) struct Args {
    /// The destructions.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What a row asks for.
struct Wanted {
    register: String,
    id: Uuid,
    fields: Option<String>,
    basis: String,
    kind: &'static str,
}

pub(super) async fn run(context: &Context, args: Args) -> Result<ExitCode> {
    let wanted = read(&args.file)?;
    let city = context.existing_city().await?;
    let principal = context.operator("privacy").because(Some("Yedekten dönüş: imha yeniden uygulandı".to_owned()));
    let (mut destroyed, mut gone, mut left) = (0u64, 0u64, Vec::new());
    for one in wanted {
        match again(&city, &principal, &one).await {
            Ok(true) => destroyed += 1,
            Ok(false) => gone += 1,
            Err(error) if error.kind() == Kind::Unavailable => return Err(error.into()),
            Err(error) => left.push((one, error)),
        }
    }
    if context.json {
        let left: Vec<_> = left
            .iter()
            .map(|(one, error)| serde_json::json!({ "register": one.register, "record": one.id, "code": error.code() }))
            .collect();
        println!("{}", serde_json::json!({ "destroyed": destroyed, "gone_already": gone, "left": left }));
    } else {
        for (one, error) in &left {
            eprintln!("{} {}: {}", one.register, one.id, error.message(context.lang));
        }
        println!(
            "{}: {destroyed}, {}: {gone}, {}: {}",
            context.say("Yeniden yok edilen", "Destroyed again"),
            context.say("zaten olmayan", "gone already"),
            context.say("bırakılan", "left"),
            left.len()
        );
    }
    Ok(if left.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Destroys it if it is there; true if it was.
async fn again(city: &City, principal: &Principal, one: &Wanted) -> meydan_kernel::Result<bool> {
    let register = city.desk.register(&one.register)?;
    let fields = match &one.fields {
        None => None,
        Some(names) => Some(indexes(&register, names)?),
    };
    let versions = city.store.history(&register, one.id).await?;
    let goes = |i: usize| fields.as_ref().is_none_or(|f| f.contains(&i));
    let holds = |register: &Arc<Register>, values: &[meydan_kernel::Value]| {
        (0..register.fields.len()).any(|i| goes(i) && values.get(i).is_some_and(|v| !v.is_null()))
    };
    // The destruction itself left values where some must stand; it is the newest version then.
    let earlier = versions.split_last().map_or(&[][..], |(_, earlier)| earlier);
    let lone = versions.len() == 1;
    let looked_at = if lone { &versions[..] } else { earlier };
    let newest_holds = fields.is_some() && versions.last().is_some_and(|v| holds(&register, &v.record.values));
    if !newest_holds
        && !looked_at.iter().any(|v| holds(&register, &v.record.values) || v.record.geometry.is_some() && fields.is_none())
    {
        return Ok(false);
    }
    let why = Destruction { kind: one.kind, basis: one.basis.clone(), requested_by: None };
    city.desk.destroy(principal, &one.register, one.id, fields, &why).await?;
    Identity::new(Arc::clone(&city.desk)).forget_destroyed(&one.register, one.id).await?;
    Ok(true)
}

fn indexes(register: &Register, names: &str) -> meydan_kernel::Result<Vec<usize>> {
    let find = |name: &str| {
        register.field_index(name).ok_or_else(|| {
            Error::invalid("no-such-field", format!("Böyle bir alan yok: {name}"), format!("There is no such field: {name}"))
        })
    };
    names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(find).collect()
}

/// The rows that name one record each; entries of journals are the business of retention.
fn read(file: &std::path::Path) -> Result<Vec<Wanted>> {
    let mut reader = meydan_formats::open(file, &Options::default()).map_err(source_error)?;
    let place = |reader: &dyn Reader, name: &str| reader.columns().iter().position(|c| c.name == name);
    let needed = ["register", "record", "fields", "kind", "basis"].map(|name| place(&*reader, name));
    let [Some(register), Some(record), Some(fields), Some(kind), Some(basis)] = needed else {
        return Err(Error::invalid(
            "no-destructions",
            "Dosya imha tutanağı kütüğünün dışa aktarımı değil.",
            "The file is no export of the register of destructions.",
        )
        .hint("meydan export destruction --out imha.csv", "meydan export destruction --out destructions.csv")
        .into());
    };
    let mut wanted = Vec::new();
    for row in reader.by_ref() {
        let row = row.map_err(source_error)?;
        let (Some(register), Some(record)) = (text(&row, register), text(&row, record)) else { continue };
        if record == "*" || register == "—" {
            continue;
        }
        let kind = if text(&row, kind).as_deref() == Some("decision") { "decision" } else { "requested" };
        let basis = text(&row, basis).unwrap_or_default();
        wanted.push(Wanted { register, id: record_id(&record)?, fields: text(&row, fields), basis, kind });
    }
    Ok(wanted)
}

fn text(row: &Feature, at: usize) -> Option<String> {
    match row.values.get(at) {
        Some(Scalar::Text(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        _ => None,
    }
}
