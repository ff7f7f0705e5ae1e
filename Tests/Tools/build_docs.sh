#!/usr/bin/env bash
# Builds the articles of Sources/gelan.docc as a DocC site in .build/docs, without network.
#
# The articles link each other and the sources as GitHub resolves it. DocC gets a copy in which links between articles
# have DocC's form, and links to sources, which the site does not contain, are plain text. Every warning fails.
set -euo pipefail
cd "$(dirname "$0")/../.."

docc=$(command -v docc || true)
[ -n "$docc" ] || docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
[ -x "$docc" ] || { echo "docc is needed; Swift's toolchains contain it" >&2; exit 1; }

copy=.build/docs-source/gelan.docc
rm -rf .build/docs-source .build/docs
mkdir -p "$copy"
for article in Sources/gelan.docc/*.md; do
  sed -E \
    -e 's/^- \[[^]]*\]\(([A-Za-z]+)\.md\)$/- <doc:\1>/' \
    -e 's/(^|[^!])\[([^]]*)\]\(([A-Za-z]+)\.md\)/\1[\2](doc:\3)/g' \
    -e 's/!\[([^]]*)\]\(\.\.\/[^)]*\/([^)/]+)\)/![\1](\2)/g' \
    -e 's/(^|[^!])\[([^]]*)\]\(\.\.\/[^)]*\)/\1\2/g' \
    "$article" > "$copy/$(basename "$article")"
done
# The landing page is the root of the site.
sed -i '1a\\n@Metadata {\n  @TechnologyRoot\n}' "$copy/gelan.md"
cp Tests/Peers/*.png "$copy/"

"$docc" convert "$copy" --fallback-display-name gelan --fallback-bundle-identifier gelan --output-path .build/docs \
  --warnings-as-errors
echo "The documentation is .build/docs; to read it: $docc preview $copy, or any web server in .build/docs"
