//! What every command starts from: the configuration, the way of printing, the opened city.

use crate::config::Config;
use anyhow::Result;
use meydan_kernel::{
    Act, Catalogue, Desk, Error, Kind, Lang, Principal, Store,
    catalogue::{self, DefinitionError, Plan, Source},
    desk::SecurityEvent,
};
use std::{path::Path, sync::Arc};

/// Kind of the security event of changed definitions.
pub const DEFINITIONS_CHANGED: &str = "definitions_changed";
/// Limit: characters of what is said of a change of definitions.
const MAX_DETAIL: usize = 480;

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
    /// Opens the store that is there.
    ///
    /// # Errors
    /// `no-store` if there is none at the place; those of the store.
    pub async fn store(&self) -> Result<Arc<dyn Store>> {
        let location = self.config.store_location();
        if !location.contains("://") && !Path::new(&location).exists() {
            return Err(Error::new(
                Kind::NotFound,
                "no-store",
                format!("Bu yerde veri deposu yok: {location}"),
                format!("There is no store at this place: {location}"),
            )
            .hint(
                "Yeri --store ile gösterin; yenisini `meydan demo`, `meydan import`, `meydan catalog apply` ya da `meydan serve` kurar.",
                "Name the place with --store; `meydan demo`, `meydan import`, `meydan catalog apply` or `meydan serve` make a new one.",
            )
            .into());
        }
        Ok(meydan_store::open(&location).await?)
    }

    /// Opens the store; makes it if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn store_or_new(&self) -> Result<Arc<dyn Store>> {
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
        load_definitions(&self.config.definitions_folder()).map_err(|faults| faults_error(&faults).into())
    }

    /// Opens the city: store (made if there is none), definitions, desk. Brings the store's tables to the definitions if that
    /// loses nothing.
    ///
    /// # Errors
    /// Faults in definitions; a plan that would lose data; those of the store.
    pub async fn city(&self) -> Result<City> {
        let wanted = self.wanted()?;
        self.city_in(self.store_or_new().await?, wanted).await
    }

    /// As [`Context::city`], of a store that must be there.
    ///
    /// # Errors
    /// `no-store`, and those of [`Context::city`].
    pub async fn existing_city(&self) -> Result<City> {
        let wanted = self.wanted()?;
        self.city_in(self.store().await?, wanted).await
    }

    /// The city of an opened store.
    ///
    /// # Errors
    /// Those of [`Context::city`].
    pub async fn city_in(&self, store: Arc<dyn Store>, wanted: Catalogue) -> Result<City> {
        let plan = bring(&store, &wanted).await?;
        let desk = Desk::new(Arc::clone(&store), Arc::new(wanted))?
            .with_checks(meydan_modules::checks())
            .with_effects(meydan_modules::effects());
        let city = City { store, desk: Arc::new(desk) };
        city.note_definitions(&self.config.act("definitions"), &plan).await?;
        Ok(city)
    }

    /// The operator of the machine, at its command line: who can read the files may do everything anyway; the log says who it was.
    pub fn operator(&self, source: &str) -> Principal {
        Principal::operator(self.config.act(source))
    }

    /// One text of the two, in the command's language.
    pub fn say<'a>(&self, tr: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Tr => tr,
            Lang::En => en,
        }
    }
}

impl City {
    /// Writes into the log that the definitions changed, what of them, and the digest of those in force: who may do what is
    /// defined there, and whoever changes it leaves a trace. Nothing, if nothing changed.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn note_definitions(&self, act: &Act, plan: &Plan) -> meydan_kernel::Result<()> {
        if plan.steps.is_empty() {
            return Ok(());
        }
        let steps: Vec<String> = plan.steps.iter().map(|step| step.sentence().en).collect();
        let mut detail = format!("{} {}", catalogue::digest(&self.desk.catalogue()), steps.join(" "));
        if let Some((end, _)) = detail.char_indices().nth(MAX_DETAIL) {
            detail.truncate(end);
        }
        let event = SecurityEvent { kind: DEFINITIONS_CHANGED, detail: Some(detail), ..SecurityEvent::default() };
        self.desk.note(act, event).await
    }
}

/// All faults of the definitions as one error: file and line of each.
fn faults_error(faults: &[DefinitionError]) -> Error {
    faults.iter().fold(
        Error::invalid("definitions-wrong", "Tanımlarda hata var:", "There are faults in the definitions:"),
        |error, f| {
            let tell = |text: &str| if f.field.is_empty() { text.to_owned() } else { format!("{}: {text}", f.field) };
            error.field(format!("{}:{}", f.file, f.line), tell(&f.message.tr), tell(&f.message.en))
        },
    )
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
        let names: Vec<&str> = plan.refused.iter().map(|r| r.subject.as_str()).collect();
        let names = names.join(", ");
        return Err(Error::new(
            Kind::Conflict,
            "would-lose-data",
            format!("Tanımlar, veri yitirecek değişiklikler istiyor ({names}); hiçbir şey değiştirilmedi."),
            format!("The definitions ask for changes that would lose data ({names}); nothing was changed."),
        )
        .hint(
            "`meydan catalog plan` ile bakın; yitirilebilecekleri `meydan catalog apply --allow` ile adıyla söyleyin.",
            "See `meydan catalog plan`, then name what may be lost with `meydan catalog apply --allow`.",
        )
        .into());
    }
    if applied != *wanted {
        store.apply(&plan, wanted).await?;
    }
    Ok(plan)
}
