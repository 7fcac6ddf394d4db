//! What every command starts from: the configuration, the way of printing, the opened city.

use crate::config::Config;
use anyhow::{Result, bail};
use meydan_kernel::{
    Act, Catalogue, Desk, Lang, Store,
    catalogue::{self, DefinitionError, Plan, Source},
};
use std::{path::Path, sync::Arc};

/// The command's surroundings.
pub struct Context {
    /// Configuration.
    pub config: Config,
    /// Print JSON for programs.
    pub json: bool,
    /// Language of messages.
    pub lang: Lang,
}

/// The opened city.
#[derive(Clone)]
pub struct City {
    /// The store, brought to the catalogue.
    pub store: Arc<dyn Store>,
    /// The desk over it.
    pub desk: Arc<Desk>,
}

impl Context {
    /// Opens the store alone.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn store(&self) -> Result<Arc<dyn Store>> {
        let location = self.config.store_location();
        if !location.contains("://")
            && let Some(folder) = Path::new(&location).parent()
        {
            std::fs::create_dir_all(folder)?;
        }
        Ok(meydan_store::open(&location).await?)
    }

    /// The definitions that should be in force: built in ones and the city's own.
    ///
    /// # Errors
    /// All faults of the files.
    pub fn wanted(&self) -> Result<Catalogue> {
        load_definitions(&self.config.definitions_folder()).map_err(|faults| anyhow::anyhow!(self.print_faults(&faults)))
    }

    /// Opens the city: store, definitions, desk. Brings the store's tables to the definitions if that loses nothing.
    ///
    /// # Errors
    /// Faults in definitions; a plan that would lose data; those of the store.
    pub async fn city(&self) -> Result<City> {
        let store = self.store().await?;
        let wanted = self.wanted()?;
        bring(&store, &wanted).await?;
        let desk = Arc::new(Desk::new(Arc::clone(&store), Arc::new(wanted))?);
        Ok(City { store, desk })
    }

    /// The acting person, through a face.
    pub fn act(&self, source: &str) -> Act {
        self.config.act(source)
    }

    /// One text of the two, in the command's language.
    pub fn say<'a>(&self, tr: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Tr => tr,
            Lang::En => en,
        }
    }

    fn print_faults(&self, faults: &[DefinitionError]) -> String {
        let lines: Vec<String> =
            faults.iter().map(|f| format!("{}:{}: {}: {}", f.file, f.line, f.field, f.message.get(self.lang))).collect();
        format!("{}\n{}", self.say("Tanımlarda hata var:", "There are faults in the definitions:"), lines.join("\n"))
    }
}

/// Reads the built in definitions and those in the folder.
///
/// # Errors
/// All faults of the files.
pub fn load_definitions(folder: &Path) -> Result<Catalogue, Vec<DefinitionError>> {
    let mut sources: Vec<Source> = meydan_modules::sources();
    sources.extend(meydan_modules::read_folder(folder).map_err(|e| {
        vec![DefinitionError {
            file: folder.display().to_string(),
            line: 0,
            field: String::new(),
            message: meydan_kernel::Bilingual::new(format!("klasör okunamıyor: {e}"), format!("the folder can't be read: {e}")),
        }]
    })?);
    catalogue::load(&sources)
}

/// Brings the store's tables to the wanted definitions if that loses nothing; returns what was done.
///
/// # Errors
/// `the plan would lose data`, naming the steps; those of the store.
pub async fn bring(store: &Arc<dyn Store>, wanted: &Catalogue) -> Result<Plan> {
    let applied = store.catalogue().await?.unwrap_or_default();
    let plan = catalogue::plan(&applied, wanted, &[]);
    if !plan.refused.is_empty() {
        bail!(
            "the definitions ask for changes that would lose data: see `meydan catalog plan`, then name what may be lost with `meydan catalog apply --allow`"
        );
    }
    if applied != *wanted {
        store.apply(&plan, wanted).await?;
    }
    Ok(plan)
}
