#!/bin/sh
# Makes NotoSans-Regular.ttf and NotoSans-Bold.ttf of this folder anew: Noto Sans 2.015 at two weights,
# with the characters that a European receipt needs, without hinting and layout tables.
# Needs Python 3 with venv. The files come out the same, byte for byte.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work"
"$work/bin/pip" install --quiet --disable-pip-version-check fonttools==4.68.0 fontpkg-noto-sans==2.15
package=$("$work/bin/python" -c 'import fontpkg_noto_sans as it; print(it.__path__[0])')
cp "$package/LICENSE" OFL.txt

# Letters: Latin, Greek, Cyrillic, and the accents that may follow a letter.
# Signs: punctuation, spaces, superscript digits, currencies, number, trade mark, minus, replacement.
characters=U+20-7E,U+A0-24F,U+300-304,U+306-30C,U+326-328,U+384-3CE,U+400-45F,U+490-491,U+1E00-1EFF
characters=$characters,U+2002-200A,U+2010-2027,U+202F-203A,U+2044,U+2070-209C,U+20A0-20C0,U+2116,U+2122
characters=$characters,U+2212,U+2215,U+2248,U+2260,U+2264-2265,U+FFFD

# The time in a font is that of its making, unless this says otherwise.
export SOURCE_DATE_EPOCH=0
for style in Regular:400 Bold:700; do
  file="NotoSans-${style%:*}.ttf"
  "$work/bin/fonttools" varLib.instancer --quiet --static --update-name-table \
    --output "$work/$file" "$package/files/NotoSans[wdth,wght].ttf" wght="${style#*:}" wdth=100
  "$work/bin/pyftsubset" "$work/$file" --output-file="$file" --unicodes="$characters" \
    --no-hinting --layout-features= --drop-tables+=GDEF,GPOS,GSUB,STAT,meta,gasp,prep \
    --notdef-outline --no-legacy-kern --name-IDs=0,1,2,4,5,6,13,14
done
