//! Errors as GeoReport writes them: a list of `{code, description}` in the format asked for and the person's language.

use super::{Format, ROOT, document::Node};
use crate::Problem;
use meydan_kernel::Lang;

/// What the standard calls a field of ours.
const NAMES: [(&str, &str); 8] = [
    ("category", "service_code"),
    ("address", "address_string"),
    ("applicant_name", "last_name"),
    ("applicant_phone", "phone"),
    ("applicant_email", "email"),
    ("geometry", "lat"),
    ("geom", "lat"),
    ("language", "lang"),
];

/// The body of a problem at an address of this face with its media type; `None` for addresses of others.
pub fn written(problem: &Problem, lang: Lang, instance: &str) -> Option<(&'static str, String)> {
    let path = instance.split('?').next().unwrap_or(instance);
    let rest = path.strip_prefix(ROOT)?;
    if !(rest.is_empty() || rest.starts_with('/')) {
        return None;
    }
    let format = path.rsplit_once('.').and_then(|(_, end)| Format::of(end)).unwrap_or(Format::Json);
    let code = Node::Int(i64::from(problem.status().as_u16()));
    let one = |description: String| Node::Object(vec![("code", code.clone()), ("description", Node::Text(description))]);
    let error = problem.error();
    let hint = error.hint_text(lang).map(|hint| format!(" {hint}")).unwrap_or_default();
    let mut all = vec![one(format!("{}{hint}", error.message(lang)))];
    all.extend(error.fields().iter().map(|f| {
        let name = NAMES.iter().find(|(ours, _)| *ours == f.field).map_or(f.field.as_str(), |(_, theirs)| theirs);
        one(format!("{name}: {}", f.message.get(lang)))
    }));
    Some((format.media_type(), format.written("errors", &Node::List("error", all))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use meydan_kernel::Error;

    #[test]
    fn a_problem_is_a_list_in_the_format_of_the_address() {
        let error = Error::invalid("x", "Hatalı.", "Wrong.").field("applicant_phone", "biçimi yanlış", "is written wrongly");
        let problem = Problem::from(error);
        let (media_type, body) = written(&problem, Lang::En, "/open311/v2/requests.json?a=.xml").expect("ours");
        assert_eq!(media_type, "application/json; charset=utf-8");
        assert_eq!(body, r#"[{"code":400,"description":"Wrong."},{"code":400,"description":"phone: is written wrongly"}]"#);
        let (media_type, body) = written(&problem, Lang::Tr, "/open311/v2/requests/1.xml").expect("ours");
        assert_eq!(media_type, "text/xml; charset=utf-8");
        assert!(body.contains("<errors><error><code>400</code><description>Hatalı.</description></error><error>"), "{body}");
        assert!(written(&problem, Lang::Tr, "/open311x").is_none() && written(&problem, Lang::Tr, "/ogc").is_none());
    }
}
