//! `meydan serve`.

mod identity;
mod search;

use crate::{
    context::{City, Context, bring, load_definitions},
    machine::{self, notices::Push},
};
use axum::serve::ListenerExt as _;
use meydan_faces::{App, Settings, log::LogKey};
use meydan_kernel::{Act, Error, Kind};
use meydan_store::seal::{self, Sealer, time_stamp};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

/// How often the folder of definitions is looked at.
const RELOAD_INTERVAL: Duration = Duration::from_secs(2);
/// How long requests under way may take after the stop signal.
const GRACE: Duration = Duration::from_secs(10);

/// Serves the city until it is stopped (Ctrl+C or SIGTERM).
#[derive(clap::Args)]
pub struct Args {
    /// Address and port; overrides the configuration. Beyond loopback only with an https `base_url`.
    #[arg(long, env = "MEYDAN_LISTEN")]
    pub listen: Option<String>,
    /// Megabytes that finished tiles may take in memory; 0 keeps none.
    #[arg(long, env = "MEYDAN_TILE_CACHE_MB", default_value_t = 256)]
    pub tile_cache_mb: u64,
}

/// Runs it.
pub async fn run(context: &Context, args: Args) -> anyhow::Result<ExitCode> {
    let address = address(context, args.listen.as_deref().unwrap_or(&context.config.listen))?;
    let city = context.city().await?;
    let store = Arc::clone(&city.store);
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|e| cannot_listen(address, &e))?;
    // Port 0 asks for any free one.
    let address = listener.local_addr()?;
    let identity = Arc::new(identity::open(context, &city, address)?);
    let sweeping = tokio::spawn(identity::sweep(Arc::clone(&identity)));
    let push = match context.config.web_push() {
        Some(settings) => Some(Push::open(&settings, &*city.store).await?),
        None => None,
    };
    let mut app = App::new(Arc::clone(&city.desk), identity, settings(context, &args));
    if let Some(push) = &push {
        app = app.with_push_key(push.public_key());
    }
    let mut tasks = Vec::new();
    if let Some(index) = search::open(context, &city) {
        tasks.push(tokio::spawn(index.clone().follow()));
        app = app.with_full_text(index);
    }
    let app = Arc::new(app);
    tasks.extend(machine::start(context, &city, push)?);
    let key = seal::key::load_or_make(&context.config.seal_key_path())?;
    let router = meydan_faces::router(Arc::clone(&app)).layer(axum::Extension(LogKey(key.verifier())));
    let sealing =
        tokio::spawn(Sealer::new(Arc::clone(&city.store), key).run(|e| tracing::warn!("the log can't be sealed: {e}")));
    let stamping = start_time_stamps(context, &city)?;
    let destroying =
        context.config.retention.automatic.then(|| tokio::spawn(super::retention::daily::run(Arc::clone(&city.desk))));
    let listener = listener.tap_io(|tcp| {
        if let Err(e) = tcp.set_nodelay(true) {
            tracing::warn!("TCP_NODELAY can't be set: {e}");
        }
    });
    let reload =
        tokio::spawn(reload_definitions(city, app, context.config.act("definitions"), context.config.definitions_folder()));
    warn_of_settings(context);
    announce(context, address);
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let server =
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(async move {
            stop_signal().await;
            let _ = stop.send(());
        });
    tokio::select! {
        done = server => done?,
        () = async { let _ = stopped.await; tokio::time::sleep(GRACE).await } => tracing::warn!("some requests did not end in time"),
    }
    for task in [Some(reload), Some(sealing), Some(sweeping), stamping, destroying].into_iter().flatten().chain(tasks) {
        task.abort();
    }
    machine::lease::release(&*store).await;
    Ok(ExitCode::SUCCESS)
}

/// Where to listen: beyond loopback only if clients come over https, through a proxy that ends it. Passwords and sessions don't
/// cross a network in the clear.
fn address(context: &Context, text: &str) -> meydan_kernel::Result<SocketAddr> {
    let address: SocketAddr = text.parse().map_err(|_| {
        Error::invalid("listen", format!("“{text}” bir adres ve kapı değil."), format!("“{text}” is not an address and port."))
            .hint("Örnek: 127.0.0.1:8061", "For example: 127.0.0.1:8061")
    })?;
    let secure = context.config.base_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    if address.ip().is_loopback() || secure {
        return Ok(address);
    }
    Err(Error::new(
        Kind::Forbidden,
        "not-loopback",
        "Parolalar ağda açık gitmemeli: bu makinenin dışından (127.0.0.1 dışında) ancak https ile dinlenebilir.",
        "Passwords must not cross the network in the clear: beyond this machine (127.0.0.1) only https is served.",
    )
    .hint(
        "Önüne https sonlandıran bir vekil sunucu koyun ve meydan.toml içinde base_url = \"https://…\" yazın.",
        "Put a proxy that ends https before it and write base_url = \"https://…\" into meydan.toml.",
    ))
}

fn cannot_listen(address: SocketAddr, cause: &std::io::Error) -> Error {
    Error::new(
        Kind::Unavailable,
        "cannot-listen",
        format!("{address} dinlenemiyor."),
        format!("{address} can't be listened on."),
    )
    .hint("Başka bir kapı seçin: --listen 127.0.0.1:0", "Choose another port: --listen 127.0.0.1:0")
    .cause(cause)
}

/// Has the newest seal stamped now and then, if an authority is configured. It never holds anything up.
fn start_time_stamps(context: &Context, city: &City) -> anyhow::Result<Option<tokio::task::JoinHandle<()>>> {
    let Some(wanted) = &context.config.time_stamp else { return Ok(None) };
    let authority = time_stamp::Authority::parse(&wanted.url)?;
    let interval = Duration::from_secs(wanted.interval_s.max(1));
    let stamper = time_stamp::TimeStamper::new(Arc::clone(&city.store), authority, interval);
    Ok(Some(tokio::spawn(stamper.run(|outage| match outage {
        Some(error) => tracing::warn!("no time stamps: {error}; the newest seal is stamped once they can be had"),
        None => tracing::info!("time stamps can be had again"),
    }))))
}

/// Says what of the configuration weakens the server though it may be meant.
fn warn_of_settings(context: &Context) {
    let config = &context.config;
    if config.base_url.as_ref().is_some_and(|url| url.starts_with("https://")) && !config.behind_proxy {
        tracing::warn!(
            "base_url is https but behind_proxy is false: all clients seem to be the proxy, so none is told from another"
        );
    }
    if let Some(contact) = &config.security_contact
        && meydan_faces::well_known::contact(contact).is_none()
    {
        tracing::warn!(
            "security_contact is neither an e-mail address nor a https:, mailto: or tel: URI: security.txt is not served"
        );
    }
}

fn settings(context: &Context, args: &Args) -> Settings {
    let city = &context.config.city;
    Settings {
        base_url: context.config.base_url.clone(),
        city_title: city.title.clone(),
        generated: city.generated,
        centre_lon: city.centre[0],
        centre_lat: city.centre[1],
        zoom: city.zoom,
        behind_proxy: context.config.behind_proxy,
        security_contact: context.config.security_contact.clone(),
        tile_cache_bytes: args.tile_cache_mb.saturating_mul(1 << 20),
    }
}

fn announce(context: &Context, address: SocketAddr) {
    if context.json {
        println!("{}", serde_json::json!({ "listening": format!("http://{address}/") }));
        return;
    }
    // Browsers know passkeys by names of hosts, never by numbers.
    let here = if address.ip().is_loopback() { format!("localhost:{}", address.port()) } else { address.to_string() };
    println!("{}  http://{here}/", context.say("Meydan açık:", "Meydan is open:"));
}

async fn stop_signal() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}

/// Looks at the city's definitions now and then; takes what changed if it loses nothing, else says why not and keeps the old.
async fn reload_definitions(city: City, app: Arc<App>, act: Act, folder: PathBuf) {
    let mut seen = meydan_modules::look(&folder).ok();
    loop {
        tokio::time::sleep(RELOAD_INTERVAL).await;
        let now = meydan_modules::look(&folder).ok();
        if now == seen {
            continue;
        }
        seen = now;
        let wanted = match load_definitions(&folder) {
            Ok(wanted) => wanted,
            Err(faults) => {
                for f in faults {
                    tracing::error!("{}:{}: {}: {}", f.file, f.line, f.field, f.message.en);
                }
                continue;
            }
        };
        match bring(&city.store, &wanted).await {
            Ok(plan) => match city.desk.reload(Arc::new(wanted)) {
                Ok(()) => {
                    app.tiles.reload(&city.desk.catalogue());
                    if let Some(Err(e)) = app.full_text.as_ref().map(|index| index.reload(&city.desk.catalogue())) {
                        tracing::error!("the text index keeps the old definitions: {e}");
                    }
                    if let Err(e) = city.note_definitions(&act, &plan).await {
                        tracing::error!("the change of definitions could not be logged: {e}");
                    }
                    tracing::info!("definitions reloaded, {} steps", plan.steps.len());
                }
                Err(e) => tracing::error!("definitions not reloaded: {e}"),
            },
            Err(e) => tracing::error!("definitions not reloaded: {e:#}"),
        }
    }
}
