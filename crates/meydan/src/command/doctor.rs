//! `meydan doctor`.

mod case_files;
mod cases;
mod definitions_log;
mod full_text;
mod place;
mod seal;
mod secrets_key;
mod store_checks;

use crate::context::{Context, load_definitions};
use meydan_kernel::{Bilingual, Error, Lang, Store};
use std::process::ExitCode;

/// Look at the store, the definitions, the seal and the machine, and say what to do.
///
/// Exit codes: 0 healthy (there may be warnings), 1 something is broken.
#[derive(clap::Args)]
pub struct Args {}

/// How a check went.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Fine,
    /// Nothing is broken; a person should look.
    Warning,
    Broken,
}

impl Status {
    const fn code(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }

    const fn mark(self) -> &'static str {
        match self {
            Self::Fine => "✓",
            Self::Warning => "!",
            Self::Broken => "✗",
        }
    }
}

/// One thing that was looked at.
struct Check {
    /// Stable name, for programs.
    name: String,
    title: Bilingual,
    status: Status,
    /// What was found.
    detail: Bilingual,
    /// What to do; none where nothing is to be done.
    advice: Option<Bilingual>,
}

impl Check {
    fn new(name: &str, title: (&str, &str), status: Status, detail: Bilingual) -> Self {
        Self { name: name.to_owned(), title: Bilingual::new(title.0, title.1), status, detail, advice: None }
    }

    fn advise(mut self, tr: impl Into<String>, en: impl Into<String>) -> Self {
        self.advice = Some(Bilingual::new(tr, en));
        self
    }

    /// A check that an error answered.
    fn failed(name: &str, title: (&str, &str), error: &Error) -> Self {
        let tell = |lang| match error.cause_text() {
            Some(cause) => format!("{} ({cause})", error.message(lang)),
            None => error.message(lang).to_owned(),
        };
        let mut check = Self::new(name, title, Status::Broken, Bilingual::new(tell(Lang::Tr), tell(Lang::En)));
        if let (Some(tr), Some(en)) = (error.hint_text(Lang::Tr), error.hint_text(Lang::En)) {
            check = check.advise(tr, en);
        }
        check
    }
}

/// Runs it: exit code 1 if something is broken.
///
/// # Errors
/// None that a check can tell.
pub async fn run(context: &Context, _args: Args) -> anyhow::Result<ExitCode> {
    let mut checks = Vec::new();
    let store = match context.store().await {
        Ok(store) => {
            checks.extend(store_checks::look(&*store).await);
            Some(store)
        }
        Err(error) => {
            let ours = error.downcast::<Error>().unwrap_or_else(Error::internal);
            checks.push(Check::failed("store", ("Veri deposu", "Store"), &ours));
            None
        }
    };
    checks.push(definitions(context, store.as_deref()).await);
    if let Some(store) = store.as_deref()
        && let Ok(Some(applied)) = store.catalogue().await
    {
        checks.push(definitions_log::look(store, &applied).await);
    }
    checks.push(seal::key(context));
    if let Some(store) = store.as_deref() {
        checks.push(seal::lag(store).await);
        checks.push(seal::time_stamps(context, store).await);
        checks.push(secrets_key::look(context, store).await);
        if let Ok(Some(applied)) = store.catalogue().await {
            checks.extend(cases::look(context, store, &applied).await);
        }
        checks.push(full_text::look(context, store));
    }
    checks.extend(place::free_space(context));
    checks.extend(place::files(context));
    checks.push(place::last_backup());
    let broken = checks.iter().any(|c| c.status == Status::Broken);
    if context.json {
        print_json(context, store.as_deref(), &checks, !broken);
    } else {
        print(context, &checks);
    }
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

const DEFINITIONS: (&str, &str) = ("Tanımlar", "Definitions");

async fn definitions(context: &Context, store: Option<&dyn Store>) -> Check {
    let wanted = match load_definitions(&context.config.definitions_folder()) {
        Ok(wanted) => wanted,
        Err(faults) => {
            let tell = |lang| {
                faults.first().map_or(String::new(), |f| format!("{}:{}: {}: {}", f.file, f.line, f.field, f.message.get(lang)))
            };
            let detail = Bilingual::new(tell(Lang::Tr), tell(Lang::En));
            return Check::new("definitions", DEFINITIONS, Status::Broken, detail)
                .advise("Hepsini görmek için: meydan catalog check", "To see them all: meydan catalog check");
        }
    };
    let count = wanted.registers.len();
    let fine = Bilingual::new(format!("{count} kütük, hata yok"), format!("{count} registers, no faults"));
    let Some(store) = store else { return Check::new("definitions", DEFINITIONS, Status::Fine, fine) };
    let applied = match store.catalogue().await {
        Ok(applied) => applied.unwrap_or_default(),
        Err(error) => return Check::failed("definitions", DEFINITIONS, &error),
    };
    let plan = meydan_kernel::catalogue::plan(&applied, &wanted, &[]);
    if plan.is_empty() {
        return Check::new("definitions", DEFINITIONS, Status::Fine, fine);
    }
    let steps = plan.steps.len() + plan.refused.len();
    let detail = Bilingual::new(
        format!("veri deposu tanımlardan {steps} adım geride"),
        format!("the store is {steps} steps behind the definitions"),
    );
    // A plan that is refused keeps the server from starting.
    let status = if plan.refused.is_empty() { Status::Warning } else { Status::Broken };
    Check::new("definitions", DEFINITIONS, status, detail).advise(
        "Bakın, sonra uygulayın: meydan catalog plan, meydan catalog apply",
        "Look, then apply: meydan catalog plan, meydan catalog apply",
    )
}

fn print_json(context: &Context, store: Option<&dyn Store>, checks: &[Check], healthy: bool) {
    let list: Vec<_> = checks
        .iter()
        .map(|c| {
            serde_json::json!({
                "check": c.name,
                "status": c.status.code(),
                "fine": c.status != Status::Broken,
                "title": c.title.get(context.lang),
                "detail": c.detail.get(context.lang),
                "advice": c.advice.as_ref().filter(|_| c.status != Status::Fine).map(|a| a.get(context.lang)),
            })
        })
        .collect();
    println!("{}", serde_json::json!({ "store": store.map(Store::name), "healthy": healthy, "checks": list }));
}

/// The checks of single registers are summed up where nothing is wrong with them.
fn print(context: &Context, checks: &[Check]) {
    let (mut sum, mut printed_sum) = (0, false);
    let quiet = |c: &Check| c.status == Status::Fine && c.name.contains(':');
    sum += checks.iter().filter(|c| quiet(c)).count();
    for check in checks {
        if quiet(check) {
            if !printed_sum {
                println!(
                    "✓ {}: {sum} {}",
                    context.say("Kütüklerin tutarlılığı", "Registers agree with themselves"),
                    context.say("denetim", "checks")
                );
                printed_sum = true;
            }
            continue;
        }
        println!("{} {}: {}", check.status.mark(), check.title.get(context.lang), check.detail.get(context.lang));
        if let Some(advice) = check.advice.as_ref().filter(|_| check.status != Status::Fine) {
            println!("    → {}", advice.get(context.lang));
        }
    }
    let count = |status| checks.iter().filter(|c| c.status == status).count();
    println!(
        "{} {}, {} {}, {} {}",
        count(Status::Fine),
        context.say("iyi", "fine"),
        count(Status::Warning),
        context.say("uyarı", "warnings"),
        count(Status::Broken),
        context.say("bozuk", "broken")
    );
}
