//! Lists the definition and style files of all modules, so that the program carries them inside.
//!
//! A file put into `<module>/calendar`, `<module>/grants`, `<module>/lists`, `<module>/registers` or `<module>/styles` is taken with no more to write.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Folders of a module that hold definitions.
const FOLDERS: [&str; 5] = ["calendar", "grants", "lists", "registers", "styles"];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::from("&[\n");
    for module in sorted(&root)? {
        for folder in FOLDERS.map(|f| module.join(f)).into_iter().filter(|f| f.is_dir()) {
            println!("cargo::rerun-if-changed={}", folder.display());
            for file in sorted(&folder)? {
                let name = file.strip_prefix(&root)?.display().to_string().replace('\\', "/");
                let module = module.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
                writeln!(
                    code,
                    "({module:?}, {:?}, include_str!({:?})),",
                    format!("modules/{name}"),
                    file.display().to_string()
                )?;
            }
        }
    }
    code.push(']');
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("sources.rs"), code)?;
    Ok(())
}

/// What lies in a folder, by name: the same list on every machine.
fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    Ok(paths)
}
