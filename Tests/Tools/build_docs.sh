#!/usr/bin/env bash
# Builds the articles of Sources/gelan.docc as a DocC site in .build/docs, without network.
#
# The articles link each other and the sources as GitHub resolves it. DocC gets a copy in which links between articles
# have DocC's form, and links to sources, which the site does not contain, are plain text. A link that resolves to nothing fails.
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

convert() {
  "$docc" convert "$copy" --fallback-display-name gelan --fallback-bundle-identifier gelan --output-path .build/docs "$@"
}
convert --warnings-as-errors

# The reference of the public libraries, if their modules are built; warnings about comments in the code do not fail.
modules=.build/debug/Modules
symbols=.build/docs-source/symbols
mkdir -p "$symbols"
maps=()
for map in Sources/*/module.modulemap; do maps+=(-Xcc "-fmodule-map-file=$map"); done
for library in GelanRuntime GelanCompiler; do
  if [ -f "$modules/$library.swiftmodule" ]; then
    swift symbolgraph-extract -module-name "$library" -I "$modules" "${maps[@]}" -minimum-access-level public \
      -target "$(uname -m | sed s/arm64/aarch64/)-unknown-linux-gnu" -output-dir "$symbols"
  else
    echo "The reference of $library is left out: 'swift build' makes what it is extracted from."
  fi
done
if [ -n "$(ls "$symbols")" ]; then
  printf '\n### Reference\n\n' >> "$copy/gelan.md"
  for graph in "$symbols"/*.symbols.json; do
    echo "- <doc:/documentation/$(basename "$graph" .symbols.json)>" >> "$copy/gelan.md"
  done
  convert --additional-symbol-graph-dir "$symbols"
fi
echo "The documentation is .build/docs; to read it: $docc preview $copy, or any web server in .build/docs"
