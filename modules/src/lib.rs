//! The systems of the regulation: definitions, texts, styles and behaviour, one folder each.
//!
//! What a module may never know: a face, a store.

#[path = "../citizen/mod.rs"]
pub mod citizen;
#[path = "../city/mod.rs"]
pub mod city;
mod folder;
#[path = "../people/mod.rs"]
pub mod people;
#[path = "../work/mod.rs"]
pub mod work;

pub use folder::{CITY_MODULE, look, read_folder};

use meydan_kernel::{
    catalogue::Source,
    desk::{Checks, Effects},
};

/// (module, file, text) of every built in file; made by `build.rs`.
const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The built in definitions and styles of all modules.
pub fn sources() -> Vec<Source> {
    FILES
        .iter()
        .map(|(module, file, text)| Source { module: (*module).to_owned(), file: (*file).to_owned(), text: (*text).to_owned() })
        .collect()
}

/// The checks in code that the built in definitions name, for [`meydan_kernel::Desk::with_checks`].
pub fn checks() -> Checks {
    people::checks::checks()
}

/// The effects in code that the built in workflows name, for [`meydan_kernel::Desk::with_effects`].
pub fn effects() -> Effects {
    let mut all = work::effects::effects();
    all.extend(citizen::effects::effects());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use meydan_kernel::catalogue::{Theme, load, plan};

    #[test]
    fn the_built_in_definitions_have_no_fault() {
        let catalogue = load(&sources()).unwrap_or_else(|faults| panic!("{faults:#?}"));
        for name in [
            "province",
            "district",
            "neighbourhood",
            "street",
            "street_centreline",
            "street_side",
            "building",
            "independent_unit",
            "door",
            "parcel",
            "park",
            "point_of_interest",
            "land_cover",
        ] {
            let register = catalogue.register(name).unwrap();
            assert!(!register.articles.is_empty() && register.freshness.is_some() && register.retention.is_some(), "{name}");
            assert!(register.metadata.owner.is_some() && register.tucbs.is_some(), "{name}");
        }
        assert!(plan(&catalogue, &catalogue, &[]).is_empty());
    }

    #[test]
    fn every_register_is_granted_to_somebody_and_personal_data_has_a_purpose() {
        let catalogue = load(&sources()).unwrap();
        for (name, register) in &catalogue.registers {
            // Destructions are for those who see all registers, and for nobody else.
            let own = catalogue.grants.iter().any(|g| g.register == *name);
            assert_eq!(own, name != "destruction", "{name}");
            assert!(register.retention.is_some(), "{name}");
            let personal = register.fields.iter().any(|f| f.personal);
            assert_eq!(personal, register.processing.is_some(), "{name}");
        }
        // A role that no list knows would be a grant to nobody; a check that isn't there would refuse every change.
        let roles = &catalogue.code_lists["role"];
        for party in catalogue.grants.iter().flat_map(|g| &g.to) {
            if let meydan_kernel::catalogue::Party::Role(role) = party {
                assert!(roles.get(role).is_some(), "{role}");
            }
        }
        for role in catalogue.separations.iter().flat_map(|s| &s.roles) {
            assert!(roles.get(role).is_some(), "{role}");
        }
        let checks = checks();
        for check in catalogue.registers.values().flat_map(|r| &r.checks) {
            assert!(checks.contains_key(check.as_str()), "{check}");
        }
    }

    #[test]
    fn every_effect_that_a_workflow_names_is_there_and_none_is_there_for_nothing() {
        let catalogue = load(&sources()).unwrap();
        let mut named = std::collections::BTreeSet::new();
        for workflow in catalogue.registers.values().filter_map(|r| r.workflow.as_ref()) {
            named.extend(&workflow.opens);
            named.extend(workflow.transitions.iter().flat_map(|t| &t.effects));
            named.extend(workflow.deadlines.iter().flat_map(|d| &d.effects));
        }
        let effects = effects();
        let there: std::collections::BTreeSet<_> = effects.keys().map(|name| (*name).to_owned()).collect();
        assert_eq!(named.into_iter().cloned().collect::<std::collections::BTreeSet<_>>(), there);
    }

    #[test]
    fn no_named_colour_is_left_in_either_theme() {
        let catalogue = load(&sources()).unwrap();
        for theme in [Theme::Light, Theme::Dark] {
            for drawn in catalogue.drawing(theme) {
                let text = serde_json::to_string(&drawn.layer).unwrap();
                assert!(!text.contains("\"@"), "{text}");
            }
        }
        assert!(catalogue.colour("land", Theme::Dark).is_some());
    }

    #[test]
    fn a_citys_own_folder_adds_a_register_and_a_colour() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read_folder(&folder.path().join("missing")).unwrap().len(), 0);
        let before = look(folder.path()).unwrap();
        std::fs::create_dir(folder.path().join("registers")).unwrap();
        let text = r##"
            [register]
            name = "fountain"
            title = { tr = "Çeşme", en = "Fountain" }
            description = { tr = "Tarihî çeşmeler.", en = "Historic fountains." }
            [[field]]
            name = "name"
            title = { tr = "Ad", en = "Name" }
            type = "text"
            [[field]]
            name = "neighbourhood"
            title = { tr = "Mahalle", en = "Neighbourhood" }
            type = "reference"
            register = "neighbourhood"
            [palette]
            water = { light = "#00ffff", dark = "#003333" }
        "##;
        std::fs::write(folder.path().join("registers/fountain.toml"), text).unwrap();
        assert_ne!(look(folder.path()).unwrap(), before);
        let built_in = load(&sources()).unwrap();
        let mut all = sources();
        all.extend(read_folder(folder.path()).unwrap());
        let catalogue = load(&all).unwrap();
        assert_eq!(catalogue.register("fountain").unwrap().module, CITY_MODULE);
        assert_eq!(catalogue.colour("water", Theme::Light), Some("#00ffff"));
        assert_eq!(plan(&built_in, &catalogue, &[]).refused, []);
    }

    #[test]
    fn the_example_of_the_readme_has_only_keys_that_there_are() {
        let readme = include_str!("../README.md");
        let text = readme.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap().to_owned();
        let example = meydan_kernel::catalogue::Source { module: "own".to_owned(), file: "README.md".to_owned(), text };
        // It is an excerpt: the fields and the style that it speaks of are not all in it. But no word in it is wrong.
        let faults = load(&[example]).unwrap_err();
        let wrong: Vec<_> = faults.iter().filter(|f| f.message.en.contains("no key") || f.field == "TOML").collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn the_example_of_the_documents_is_a_whole_definition() {
        let documents = include_str!("../../docs/definitions.md");
        let text = documents.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap().to_owned();
        let source = |file: &str, text: String| Source { module: CITY_MODULE.to_owned(), file: file.to_owned(), text };
        let style = r#"[{ "type": "circle", "paint": { "circle-radius": 4 } }]"#.to_owned();
        let own = [source("definitions/fountain.toml", text), source("definitions/styles/fountain.json", style)];
        let catalogue = load(&[sources(), own.to_vec()].concat()).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(catalogue.register("fountain").unwrap().fields.len(), 6);
        assert_eq!(catalogue.grants.iter().filter(|g| g.register == "fountain").count(), 3);
    }

    #[test]
    fn the_permissions_of_the_documents_are_definitions_and_no_key_is_left_out() {
        let documents = include_str!("../../docs/permissions.md");
        let blocks: Vec<&str> = documents.split("```toml").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        let text = blocks.join("\n");
        for key in ["to", "actions", "of_units", "scope", "area", "where", "fields", "reason", "step_up", "by_proxy"] {
            assert!(text.contains(&format!("\n{key} = ")), "{key} has no example");
            assert!(documents.contains(&format!("\n| `{key}` |")), "{key} is not explained");
        }
        for action in meydan_kernel::catalogue::Action::ALL {
            assert!(documents.contains(&format!("`{}`", action.word())), "{action:?} is not explained");
        }
        let own = Source { module: CITY_MODULE.to_owned(), file: "definitions/tree_case.toml".to_owned(), text };
        let catalogue = load(&[sources(), vec![own]].concat()).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert_eq!(catalogue.grants.iter().filter(|g| g.register == "tree_case").count(), 6);
        assert!(catalogue.separations.iter().any(|s| s.name == "report_and_check"));
    }
}
