//! Writes every sample document in every format and language into a folder, with an index to look
//! through. `cargo xtask receipts` runs it.

#[path = "../tests/receipts/documents.rs"]
mod documents;

use std::{env, error::Error, fs, path::Path};

use chargetap_contract::receipt::Problem;
use documents::{FORMATS, samples};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; margin-bottom: 2rem; }
th, td { border: 1px solid #8886; padding: .375rem .75rem; text-align: left; vertical-align: top; }
thead th, tbody th { background: Canvas; position: sticky; }
thead th { top: 0; z-index: 1; }
tbody th { font-weight: 600; left: 0; white-space: nowrap; }
td a { margin-right: .5rem; }
td { white-space: nowrap; }
";

/// A file of the gallery, for its index.
struct Link {
    label: &'static str,
    address: String,
}

/// What there is of a document or a page: its name, and its files for each language.
type Row = (&'static str, Vec<Vec<Link>>);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os()
        .nth(1)
        .ok_or("Name the folder to write to.")?;
    let folder = Path::new(&folder);
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let receipts = receipts(folder)?;
    let pages = pages(folder)?;
    let index = folder.join("index.html");
    fs::write(&index, page(&receipts, &pages).into_string())?;
    let files = |rows: &[Row]| {
        rows.iter()
            .flat_map(|(_, cells)| cells)
            .map(Vec::len)
            .sum::<usize>()
    };
    let files = files(&receipts) + files(&pages);
    println!(
        "{files} receipts and pages; look through them at {}",
        index.display()
    );
    Ok(())
}

fn receipts(folder: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = vec![];
    for (kind, document) in samples() {
        let mut cells = vec![];
        for language in receipt_generator::languages() {
            let mut links = vec![];
            for it in FORMATS {
                match receipt_generator::render(&document, it.format, language) {
                    Ok(rendered) => {
                        let name = format!("{kind}.{language}.{}", it.extension);
                        fs::write(folder.join(&name), rendered.body)?;
                        links.push(Link {
                            label: it.name,
                            address: name,
                        });
                    }
                    Err(Problem::NotApplicable) => {}
                    Err(problem) => return Err(format!("{kind}: {problem:?}").into()),
                }
            }
            cells.push(links);
        }
        rows.push((kind, cells));
    }
    Ok(rows)
}

fn pages(folder: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = vec![];
    for (name, page) in documents::pages() {
        let mut cells = vec![];
        for language in receipt_generator::languages() {
            let rendered = receipt_generator::form(&page, language)
                .map_err(|problem| format!("{name}: {problem:?}"))?;
            let file = format!("form-{name}.{language}.html");
            fs::write(folder.join(&file), rendered.body)?;
            cells.push(vec![Link {
                label: "html",
                address: file,
            }]);
        }
        rows.push((name, cells));
    }
    Ok(rows)
}

fn page(receipts: &[Row], pages: &[Row]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="data:,";
                title { "Receipts" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Receipts" }
                (table(receipts))
                h2 { "Pages with a form" }
                (table(pages))
            }
        }
    }
}

fn table(rows: &[Row]) -> Markup {
    html! {
        table {
            thead { tr {
                th scope="col" { "Kind" }
                @for language in receipt_generator::languages() { th scope="col" { (language) } }
            } }
            tbody { @for (name, cells) in rows { tr {
                th scope="row" { (name) }
                @for links in cells { td {
                    @for link in links { a href=(link.address) { (link.label) } }
                } }
            } } }
        }
    }
}
