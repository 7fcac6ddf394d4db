//! `meydan catalog`: the definitions checked, compared with the store, brought into force.

use crate::context::{City, Context, load_definitions};
use meydan_kernel::{
    Bilingual, Catalogue, Desk, Error,
    catalogue::{self, DefinitionError, Plan},
};
use std::{path::PathBuf, process::ExitCode, sync::Arc};

/// Check definitions, see what they would change, bring them into force.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Read all definitions and tell every fault with its file and line; touches no store.
    Check {
        /// Folder of the city's own definitions; else the configured one.
        folder: Option<PathBuf>,
    },
    /// Show what the definitions would change in the store; changes nothing.
    Plan {
        /// What may be lost: `register` or `register.field`; once per name.
        #[arg(long, value_name = "NAME")]
        allow: Vec<String>,
    },
    /// Bring the store to the definitions, in one transaction.
    Apply {
        /// What may be lost: `register` or `register.field`; once per name.
        #[arg(long, value_name = "NAME")]
        allow: Vec<String>,
    },
}

/// Runs it: exit code 1 if there are faults or refusals.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    match args.action {
        Action::Check { folder } => {
            Ok(check(context, load_definitions(&folder.unwrap_or_else(|| context.config.definitions_folder()))))
        }
        Action::Plan { allow } => {
            let wanted = context.wanted()?;
            let plan = catalogue::plan(&applied(context).await?, &wanted, &allow);
            Ok(show(context, &plan, ("Yapılacaklar:", "To be done:")))
        }
        Action::Apply { allow } => {
            let wanted = context.wanted()?;
            let store = context.store_or_new().await?;
            let applied = store.catalogue().await?.unwrap_or_default();
            let plan = catalogue::plan(&applied, &wanted, &allow);
            if plan.refused.is_empty() && applied != wanted {
                store.apply(&plan, &wanted).await?;
                let desk = Arc::new(Desk::new(Arc::clone(&store), Arc::new(wanted))?);
                City { store, desk }.note_definitions(&context.config.act("definitions"), &plan).await?;
            }
            Ok(show(context, &plan, ("Yapılanlar:", "Done:")))
        }
    }
}

/// What is in force; nothing in a store that is not there yet, and looking makes none.
async fn applied(context: &Context) -> anyhow::Result<Catalogue> {
    match context.store().await {
        Ok(store) => Ok(store.catalogue().await?.unwrap_or_default()),
        Err(e) if e.downcast_ref::<Error>().is_some_and(|e| e.code() == "no-store") => Ok(Catalogue::default()),
        Err(e) => Err(e),
    }
}

fn check(context: &Context, loaded: Result<Catalogue, Vec<DefinitionError>>) -> ExitCode {
    match loaded {
        Ok(catalogue) => {
            let (registers, lists) = (catalogue.registers.len(), catalogue.code_lists.len());
            if context.json {
                println!("{}", serde_json::json!({ "registers": registers, "code_lists": lists, "faults": [] }));
            } else {
                println!(
                    "{registers} {}, {lists} {}: {}",
                    context.say("kütük", "registers"),
                    context.say("kod listesi", "code lists"),
                    context.say("hata yok.", "no faults.")
                );
            }
            ExitCode::SUCCESS
        }
        Err(faults) => {
            if context.json {
                println!("{}", serde_json::json!({ "faults": faults }));
            } else {
                for f in &faults {
                    println!("{}:{}: {}: {}", f.file, f.line, f.field, f.message.get(context.lang));
                }
            }
            ExitCode::FAILURE
        }
    }
}

fn show(context: &Context, plan: &Plan, heading: (&str, &str)) -> ExitCode {
    let code = if plan.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if context.json {
        let sentences: Vec<Bilingual> = plan.steps.iter().map(catalogue::Step::sentence).collect();
        println!("{}", serde_json::json!({ "steps": plan.steps, "sentences": sentences, "refused": plan.refused }));
        return code;
    }
    if plan.is_empty() {
        println!(
            "{}",
            context.say(
                "Veri deposu tanımlarla aynı; yapılacak bir şey yok.",
                "The store is as the definitions say; nothing to do."
            )
        );
        return code;
    }
    if plan.refused.is_empty() {
        println!("{}", context.say(heading.0, heading.1));
        for step in &plan.steps {
            println!("  + {}", step.sentence().get(context.lang));
        }
        return code;
    }
    println!("{}", context.say("Reddedildi; hiçbir şey değiştirilmedi:", "Refused; nothing was changed:"));
    for refusal in &plan.refused {
        println!("  ✗ {}: {}", refusal.subject, refusal.reason.get(context.lang));
        if let Some(name) = &refusal.allow {
            println!("    {} --allow {name}", context.say("yine de isterseniz:", "if you want it all the same:"));
        }
    }
    code
}
