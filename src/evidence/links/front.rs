//! Addresses that a page gives itself in its front matter, so that its file's name does not tell them: Hugo's `slug`, `url` and
//! `aliases`, Jekyll's `permalink` and `redirect_from`, Docusaurus's `slug`.

/// The addresses in the front matter of a page: paths, without `/` around them, in lower case.
pub(super) fn addresses(file: &str, text: &str) -> Vec<String> {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Some(fence) = ["---", "+++"].into_iter().find(|fence| text.starts_with(fence)) else { return Vec::new() };
    let body = text[fence.len()..].split(&format!("\n{fence}")).next().unwrap_or_default();
    let mut found = Vec::new();
    let mut listing = false;
    for line in body.lines().take(200) {
        let trimmed = line.trim();
        if let Some(item) = trimmed.strip_prefix("- ").filter(|_| listing) {
            found.push(clean(item));
            continue;
        }
        listing = false;
        let Some((key, value)) = trimmed.split_once([':', '=']) else { continue };
        let value = value.trim();
        match key.trim() {
            "slug" => {
                let slug = clean(value);
                // A slug that begins with `/` is a whole address for Docusaurus.
                let below =
                    if value.trim_matches(['"', '\'']).starts_with('/') || folder.is_empty() { "" } else { folder };
                found.push(if below.is_empty() { slug } else { format!("{}/{slug}", below.to_lowercase()) });
            }
            "url" | "permalink" => found.push(clean(value)),
            "aliases" | "redirect_from" => {
                listing = true;
                let inline = value.trim_matches(['[', ']']).split(',').map(clean);
                found.extend(inline);
            }
            _ => {}
        }
    }
    found.retain(|address| !address.is_empty());
    found
}

fn clean(value: &str) -> String {
    let value = value.trim().trim_matches(['"', '\'']).to_lowercase();
    value.trim_end_matches(".html").trim_matches('/').to_owned()
}

/// Whether `address` is the path `wanted`, or its end after a `/`.
pub(super) fn is(address: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_matches('/').to_lowercase();
    wanted.strip_suffix(address).is_some_and(|head| head.is_empty() || head.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_may_name_their_own_addresses() {
        let page = "---\ntitle: x\nslug: Full\naliases:\n  - /old/disk/\n  - 'older'\npermalink: \"/runbooks/disk.html\"\n---\nslug: no\n";
        assert_eq!(addresses("content/disk.md", page), ["content/full", "old/disk", "older", "runbooks/disk"]);
        assert_eq!(addresses("a.md", "+++\naliases = [\"/b\", \"/c\"]\n+++\n"), ["b", "c"]);
        assert_eq!(addresses("a/b.md", "---\nslug: /x/y\n---\n"), ["x/y"]);
        assert!(addresses("a.md", "# slug: x").is_empty());
        assert!(is("old/disk", "/site/Old/disk") && is("a", "a") && !is("disk", "old-disk"));
    }
}
