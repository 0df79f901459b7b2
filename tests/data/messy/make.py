"""Makes the files beside this one: tables as they occur in practice, and files that are mistaken for tables.

Run it from anywhere; it writes the same bytes every time. The expected reading or error of each file is
written by hand beside its bytes; `crates/crossfold-sources/tests/it/messy.rs` reads it from `expected.txt`.

The first line of an expectation has the dialect of the file, unless it is UTF-8 with commas, a header and decimal
points, and the number of rows. Then there is one line per column with its kind and values (`·` for a missing one),
and the notes on the file. `with` lines have the settings of a spec.
"""

import gzip
import pathlib
import struct
import zipfile
import io

HERE = pathlib.Path(__file__).parent
EXPECTED = []


def case(name, content, expected):
    if isinstance(content, str):
        content = content.encode()
    (HERE / name).write_bytes(content)
    EXPECTED.append(f"== {name}\n{expected.strip()}\n")


def packed(content):
    return gzip.compress(content, mtime=0)


PLAIN = """\
2 rows
x: numeric 1 | 2.5
y: categorical no | so
"""

# How text is written.

case("plain.csv", "x,y\n1,no\n2.5,so\n", PLAIN)
case("bom.csv", "\ufeffx,y\n1,no\n2.5,so\n", PLAIN)
case("bom-and-quotes.csv", '\ufeff"x","y"\n1,no\n2.5,so\n', PLAIN)
case("two-boms.csv", "\ufeff\ufeffx,y\n1,no\n2.5,so\n", PLAIN)
case("utf-16-le.csv", "\ufeffx,y\n1,no\n2.5,so\n".encode("utf-16-le"), PLAIN.replace("2 rows", "utf-16, 2 rows"))
case("utf-16-be.csv", "\ufeffx,y\n1,no\n2.5,so\n".encode("utf-16-be"), PLAIN.replace("2 rows", "utf-16, 2 rows"))
case("utf-16-le-unmarked.csv", "x,y\n1,no\n2.5,so\n".encode("utf-16-le"), PLAIN.replace("2 rows", "utf-16, 2 rows"))
case("utf-16-be-unmarked.csv", "x,y\n1,no\n2.5,so\n".encode("utf-16-be"), PLAIN.replace("2 rows", "utf-16, 2 rows"))
case(
    "utf-16-chinese-unmarked.csv",
    "城市,人口\n北京市朝阳区,二百万\n上海市浦东区,三百万\n".encode("utf-16-le"),
    """
`utf-16-chinese-unmarked.csv`, line 1: there is a zero byte, which no text has
hint: save the file as text in UTF-8; if it is UTF-16, set `data.encoding: utf-16`
""",
)
case(
    "utf-16-chinese-given.csv",
    "城市,人口\n北京市朝阳区,5\n上海市浦东区,6\n".encode("utf-16-le"),
    """
with encoding utf-16
utf-16, 2 rows
城市: categorical 北京市朝阳区 | 上海市浦东区
人口: numeric 5 | 6
""",
)
case(
    "utf-16-odd.csv",
    "\ufeffx,y\n1,no\n".encode("utf-16-le")[:-1],
    """
`utf-16-odd.csv`, line 1: the text is not utf-16 from here on
hint: leave `data.encoding` out to have it found, or save the file as UTF-8
""",
)
case(
    "latin-1.csv",
    "größe,stadt\n1,Köln\n2,Bonn\n".encode("latin-1"),
    """
latin-1, 2 rows
größe: numeric 1 | 2
stadt: categorical Köln | Bonn
note: line 1 is not UTF-8, so the text is read as Latin-1 (`data.encoding`)
""",
)
case(
    "windows-1252.csv",
    "preis,wort\n1,„ja“\n2,nein – doch\n".encode("cp1252"),
    """
latin-1, 2 rows
preis: numeric 1 | 2
wort: categorical „ja“ | nein – doch
note: line 2 is not UTF-8, so the text is read as Latin-1 (`data.encoding`)
""",
)
case(
    "not-utf-8-as-given.csv",
    "x,y\n1,no\n2,K\xf6ln\n".encode("latin-1"),
    """
with encoding utf-8
`not-utf-8-as-given.csv`, line 3: the text is not utf-8 from here on
hint: leave `data.encoding` out to have it found, or save the file as UTF-8
""",
)
case("windows-lines.csv", "x,y\r\n1,no\r\n2.5,so\r\n", PLAIN)
case("old-mac-lines.csv", "x,y\r1,no\r2.5,so\r", PLAIN)
case(
    "mixed-lines.csv",
    "x,y\r\n1,no\n2,so\r3,no,4\n",
    """
`mixed-lines.csv`, line 4: 3 fields, where the header has 2
hint: give each column a value, and put one that holds the delimiter into double quotes
""",
)
case("no-last-line-end.csv", "x,y\n1,no\n2.5,so", PLAIN)
case("dos-end-of-file.csv", b"x,y\r\n1,no\r\n2.5,so\r\n\x1a", PLAIN)
case("blank-lines.csv", "\n\nx,y\n\n1,no\n\n\n2.5,so\n\n", PLAIN + "lines: 5 8\n")
case(
    "blank-lines-of-spaces.csv",
    "x,y\n1,no\n   \n2.5,so\n \n",
    PLAIN + "lines: 2 4\nnote: left out 2 lines without a value in any column, the first of them line 3",
)
case(
    "empty-rows.csv",
    "x,y\n1,no\n,\n2.5,so\n,\n,\n",
    PLAIN + "lines: 2 4\nnote: left out 3 lines without a value in any column, the first of them line 3",
)
case(
    "zero-byte.csv",
    b"x,y\n1,no\n2\x00,so\n",
    """
`zero-byte.csv`, line 3: there is a zero byte, which no text has
hint: save the file as text in UTF-8; if it is UTF-16, set `data.encoding: utf-16`
""",
)
case("emoji.csv", "x,😀\n1,👍🏽\n2.5,👎\n", "2 rows\nx: numeric 1 | 2.5\n😀: categorical 👍🏽 | 👎")

# Field delimiters.

case(
    "german.csv",
    "name;größe;gewicht\nAnna;1,75;60\nBert;;71,5\n",
    """
semicolon, decimal comma, 2 rows
name: categorical Anna | Bert
größe: numeric 1.75 | ·
gewicht: numeric 60 | 71.5
""",
)
case(
    "german-thousands.csv",
    "ort;einwohner;anteil\nBonn;331.885;12,5 %\nWeimar;65.620;0,25 %\n",
    """
semicolon, decimal comma, 2 rows
ort: categorical Bonn | Weimar
einwohner: numeric 331885 | 65620
anteil: numeric 12.5 | 0.25
note: column `einwohner`: `331.885` is read as the number 331885, and others likewise
note: column `anteil`: `12,5 %` is read as the number 12.5, and others likewise
""",
)
case("tabs.tsv", "x\ty\n1\tno\n2.5\tso\n", PLAIN.replace("2 rows", "tab, 2 rows"))
case("tabs-in-a-csv.csv", "x\ty\n1\tno, never\n2.5\tso\n", "tab, 2 rows\nx: numeric 1 | 2.5\ny: categorical no, never | so")
case("pipes.csv", "x|y\n1|no\n2.5|so\n", PLAIN.replace("2 rows", "pipe, 2 rows"))
case("excel-separator.csv", "sep=;\r\nx;y\r\n1;no\r\n2.5;so\r\n", PLAIN.replace("2 rows", "semicolon, 2 rows") + "lines: 3 4")
case("decimal-commas-in-quotes.csv", 'x,y\n"1,0",no\n"2,5",so\n', PLAIN.replace("2 rows", "decimal comma, 2 rows"))
case(
    "trailing-delimiter.csv",
    "x,y,\n1,no,\n2.5,so,\n",
    PLAIN + "note: column 3 has neither name nor values, and is left out",
)
case(
    "trailing-delimiter-of-rows.csv",
    "x,y\n1,no,\n2.5,so,\n",
    PLAIN + "note: column 3 has neither name nor values, and is left out",
)
case("trailing-delimiter-of-the-header.csv", "x,y,\n1,no\n2.5,so\n", PLAIN)
case(
    "spreadsheet-margins.csv",
    ",,,,\nx,y,,,\n1,no,,,\n2.5,so,,,\n,,,,\n",
    PLAIN
    + """lines: 3 4
note: 3 columns have neither name nor values, and are left out; the first is column 3
note: left out line 5, which has no value in any column
""",
)
case(
    "ragged.csv",
    "x,y,z\n1,2,3\n4,5\n6,7,8,9\n",
    """
`ragged.csv` has 2 mistakes:
  line 3: 2 fields, where the header has 3
  line 4: 4 fields, where the header has 3
hint: give each column a value, and put one that holds the delimiter into double quotes
""",
)
case(
    "unquoted-delimiter.csv",
    "name,x\nSmith, John,1\nMiller,2\n",
    """
`unquoted-delimiter.csv`, line 2: 3 fields, where the header has 2
hint: give each column a value, and put one that holds the delimiter into double quotes
""",
)

# Quotation marks.

case(
    "quoted-lines.csv",
    'x,text\n1,"two\nlines"\n2,"and, a comma"\n',
    """
2 rows
x: numeric 1 | 2
text: categorical two\\nlines | and, a comma
lines: 2 4
""",
)
case("doubled-quotes.csv", 'x,text\n1,"say ""no"""\n2,""""\n', '2 rows\nx: numeric 1 | 2\ntext: categorical say \\"no\\" | \\"')
case("quotes-within.csv", 'x,text\n1,5" nail\n2,a "b" c\n', '2 rows\nx: numeric 1 | 2\ntext: categorical 5\\" nail | a \\"b\\" c')
case("quotes-behind-spaces.csv", 'x, "y"\n1, "no"\n2.5, "so"\n', PLAIN)
case("all-quoted.csv", '"x","y"\n"1","no"\n"2.5","so"\n', PLAIN)
case("single-quotes.csv", "x,y\n1,'no'\n2.5,'so'\n", PLAIN + "note: fields are quoted with `'`")
case(
    "unclosed-quote.csv",
    'x,text\n1,fine\n2,"never closed\n3,fine\n',
    """
`unclosed-quote.csv`, line 3: a quotation mark is opened here and never closed
hint: close it, or double it where a quotation mark is meant
""",
)
case(
    "unclosed-quote-in-the-header.csv",
    'x,"text\n1,fine\n',
    """
`unclosed-quote-in-the-header.csv`, line 1: a quotation mark is opened here and never closed
hint: close it, or double it where a quotation mark is meant
""",
)
case(
    "unclosed-quote-at-the-end.csv",
    'x,text\n1,fine\n2,"',
    """
`unclosed-quote-at-the-end.csv`, line 3: a quotation mark is opened here and never closed
hint: close it, or double it where a quotation mark is meant
""",
)

# The header, and lines above it.

case(
    "no-header.csv",
    "5.1,3.5,setosa\n4.9,3,setosa\n6.3,2.5,virginica\n",
    """
no header, 3 rows
column_1: numeric 5.1 | 4.9 | 6.3
column_2: numeric 3.5 | 3 | 2.5
column_3: categorical setosa | setosa | virginica
""",
)
case(
    "no-header-whole-numbers.csv",
    "3,7\n1,8\n2,9\n",
    "no header, 3 rows\ncolumn_1: numeric 3 | 1 | 2\ncolumn_2: numeric 7 | 8 | 9",
)
case("years-as-names.csv", "country,2019,2020\nde,1,2\nfr,3,4\n", "2 rows\ncountry: categorical de | fr\n2019: numeric 1 | 3\n2020: numeric 2 | 4\nnote: the first line is taken for the columns' names, though it may have values (`data.header: false`)")
case("header-of-text-only.csv", "a,b\nx,u\nz,u\n", "2 rows\na: categorical x | z\nb: categorical u | u")
case(
    "header-only.csv",
    "x,y\n",
    """
`header-only.csv`, line 1: there are no rows under the header
hint: give at least one row
""",
)
case(
    "empty.csv",
    "",
    """
`empty.csv`, line 1: the file is empty
hint: give a header line with the column names, and one line per row
""",
)
case(
    "bom-only.csv",
    "\ufeff",
    """
`bom-only.csv`, line 1: the file is empty
hint: give a header line with the column names, and one line per row
""",
)
case(
    "blank.csv",
    "\n \n\r\n",
    """
`blank.csv`, line 1: the file is empty
hint: give a header line with the column names, and one line per row
""",
)
case("one-column.csv", "x\n1\n2\n3\n", "3 rows\nx: numeric 1 | 2 | 3")
case("one-value.csv", "x\n1", "1 row\nx: numeric 1")
case(
    "duplicate-names.csv",
    "x,y,x\n1,2,3\n",
    """
`duplicate-names.csv`, line 1, column `x`: column 3 has the same name as column 1
hint: give each column a different name, or set `data.header: false` if the file has no header
""",
)
case(
    "index-column.csv",
    ",x\n0,1.5\n1,2.5\n2,2\n",
    """
3 rows
column_1: id 0 | 1 | 2
x: numeric 1.5 | 2.5 | 2
note: the first column has no name and only names the rows: it is `column_1`, and no feature
""",
)
case(
    "row-names.csv",
    '"","mpg"\n"Mazda RX4",21\n"Datsun 710",22.8\n',
    """
2 rows
column_1: id Mazda RX4 | Datsun 710
mpg: numeric 21 | 22.8
note: the first column has no name and only names the rows: it is `column_1`, and no feature
""",
)
case(
    "unnamed-column.csv",
    "x,,y\n1,2,no\n",
    """
`unnamed-column.csv`, line 1: column 2 has no name
hint: name it, and remove any lines above the header; if the first line has values, set `data.header: false`
""",
)
case(
    "odd-names.csv",
    'größe (cm), "a,b",it\'s,日本,`x`\n1,2,3,4,5\n6,7,8,9,10\n',
    """
2 rows
größe (cm): numeric 1 | 6
a,b: numeric 2 | 7
it's: numeric 3 | 8
日本: numeric 4 | 9
`x`: numeric 5 | 10
""",
)
case(
    "odd-names-quoted.csv",
    'größe (cm),"a,b",it\'s,日本,`x`\n1,2,3,4,5\n6,7,8,9,10\n',
    """
2 rows
größe (cm): numeric 1 | 6
a,b: numeric 2 | 7
it's: numeric 3 | 8
日本: numeric 4 | 9
`x`: numeric 5 | 10
""",
)
case(
    "lines-above-the-header.csv",
    "World Development Indicators\nLast updated,2024-05-01\n\ncountry,2019,2020,2021\nde,1,2,3\nfr,4,5,6\nit,7,8,9\n",
    """
`lines-above-the-header.csv`, line 1: the header has 1 field, where most rows have 4
hint: name each column, and remove any lines above the header
""",
)
case(
    "title-above-the-header.csv",
    "Sales of the year,,\nmonth,eur,usd\n1,2,3\n4,5,6\n",
    """
`title-above-the-header.csv` has 2 mistakes:
  line 1: column 2 has no name
  line 1: column 3 has no name
hint: name it, and remove any lines above the header; if the first line has values, set `data.header: false`
""",
)
case(
    "one-title-above-the-header.csv",
    "Sales of the year\nmonth,eur,usd\n1,2,3\n4,5,6\n",
    """
`one-title-above-the-header.csv`, line 1: the header has 1 field, where most rows have 3
hint: name each column, and remove any lines above the header
""",
)
case(
    "comments.csv",
    "# from the lab\n# 2024, May, 5\nx,y\n1,no\n2.5,so\n",
    PLAIN + "lines: 4 5\nnote: left out 2 lines at the top that begin with `#`",
)
case(
    "comment-as-header.csv",
    "# by numpy.savetxt\n# x,y\n1,no\n2.5,so\n",
    PLAIN + "lines: 3 4\nnote: left out the line at the top that begins with `#`",
)
case(
    "comment-between-rows.csv",
    "x,y\n1,no\n# broken sensor\n2,so\n",
    """
`comment-between-rows.csv`, line 3: 1 field, where the header has 2
hint: give each column a value, and put one that holds the delimiter into double quotes
""",
)
case(
    "footer.csv",
    "x,y\n1,no\n2,so\n(2 rows)\n",
    """
`footer.csv`, line 4: 1 field, where the header has 2
hint: give each column a value, and put one that holds the delimiter into double quotes
""",
)
case(
    "merge-conflict.csv",
    "x,y\n<<<<<<< HEAD\n1,no\n=======\n2,no\n>>>>>>> theirs\n",
    """
`merge-conflict.csv` has 3 mistakes:
  line 2: this is the mark of a merge conflict
  line 4: this is the mark of a merge conflict
  line 6: this is the mark of a merge conflict
hint: resolve the conflict
""",
)

# Files that are no tables.

sheet = io.BytesIO()
with zipfile.ZipFile(sheet, "w") as archive:
    archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<workbook/>")
CSV_HINT = "save the sheet as CSV, or unpack the archive"
for name, content, what, hint in [
    ("sheet.xlsx", sheet.getvalue(), "a zip archive, as spreadsheets are", CSV_HINT),
    ("sheet.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "an old spreadsheet", "save the sheet as CSV"),
    (
        "table.parquet",
        b"PAR1\x15\x04\x15\x10PAR1",
        "a Parquet file",
        "write it as CSV, with pandas for example: `pd.read_parquet(F).to_csv(G, index=False)`",
    ),
    ("table.sqlite", b"SQLite format 3\0\x10\0\x01\x01", "an SQLite database", "export the table as CSV"),
    ("paper.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document", "name the table itself"),
    ("table.hdf5", b"\x89HDF\r\n\x1a\n\0", "an HDF5 file", "write it as CSV"),
    ("array.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f8'}\n", "a NumPy array", "write it as CSV"),
    (
        "object.rds",
        packed(b"X\n\0\0\0\3\0\4\3\2"),
        "an R object",
        "write it as CSV, in R for example: `write.csv(readRDS(F), G, row.names = FALSE)`",
    ),
    ("table.csv.bz2", b"BZh91AY&SY", "packed with bzip2", "unpack it, or pack it with gzip or zstd"),
    ("table.csv.xz", b"\xfd7zXZ\0\0\4", "packed with xz", "unpack it, or pack it with gzip or zstd"),
    ("table.tar.gz", packed(b"rows.csv".ljust(257, b"\0") + b"ustar\x0000" + bytes(248)), "a tar archive", "unpack it"),
    ("twice.csv.gz", packed(packed(b"x,y\n1,2\n")), "packed more than once", "unpack it once"),
    (
        "page.csv",
        "\n<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
        "a web page",
        "download the file itself: this may be a page that asks to log in",
    ),
    ("feed.csv", '<?xml version="1.0"?>\n<rows/>\n', "an XML document", "write it as CSV"),
    (
        "records.json",
        '[\n  {"x": 1, "y": "no"}\n]\n',
        "JSON",
        "write it as CSV, with pandas for example: `pd.read_json(F).to_csv(G, index=False)`",
    ),
    (
        "lines.jsonl",
        '{"x": 1}\n{"x": 2}\n',
        "JSON",
        "write it as CSV, with pandas for example: `pd.read_json(F).to_csv(G, index=False)`",
    ),
    (
        "weka.arff",
        "@RELATION iris\n@ATTRIBUTE x NUMERIC\n@DATA\n1\n",
        "an ARFF file",
        "take out the lines up to `@data`, and put the attributes' names in their place",
    ),
    (
        "pointer.csv",
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "a pointer to a file that Git LFS keeps elsewhere",
        "fetch the file itself with `git lfs pull`",
    ),
]:
    case(name, content, f"`{name}`, line 1: this is {what}\nhint: {hint}")

# Packed.

case("plain.csv.gz", packed(b"x,y\n1,no\n2.5,so\n"), PLAIN.replace("2 rows", "gzip, 2 rows"))
case("two-members.csv.gz", packed(b"x,y\n1,no\n") + packed(b"2.5,so\n"), PLAIN.replace("2 rows", "gzip, 2 rows"))
# One raw block: what `zstd` writes for input too short to shorten.
ZSTD = b"x,y\n1,no\n2.5,so\n"
FRAME = b"\x28\xb5\x2f\xfd\x20" + bytes([len(ZSTD)]) + struct.pack("<I", len(ZSTD) << 3 | 1)[:3] + ZSTD
case("plain.csv.zst", FRAME, PLAIN.replace("2 rows", "zstd, 2 rows"))
case(
    "truncated.csv.gz",
    packed(b"x,y\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(100)))[:150],
    """
`truncated.csv.gz`, line 1: the file is damaged: it ends too early
hint: fetch or pack the file again
""",
)
case(
    "truncated.csv.zst",
    FRAME[:-5],
    """
`truncated.csv.zst`, line 1: the file is damaged: it ends too early
hint: fetch or pack the file again
""",
)
case(
    "nothing.csv.gz",
    packed(b""),
    """
`nothing.csv.gz`, line 1: the file is empty
hint: give a header line with the column names, and one line per row
""",
)

# Missing values.

case(
    "missing-markers.csv",
    "x,y\n1,a\nNA,n/a\nN/A,NULL\nnan,-\n.,b\n?,None\n,\nNULL,a\n#N/A,b\n2,<NA>\n",
    """
9 rows
x: numeric 1 | · | · | · | · | … (9 values, 7 missing)
y: categorical a | · | · | · | b | … (9 values, 5 missing)
note: left out line 8, which has no value in any column
note: taken for missing values: `N/A` in `x` (1 row), `NA` in `x` (1 row), `NULL` in `x`, `y` (2 rows), `None` in `y` (1 row), `n/a` in `y` (1 row), `nan` in `x` (1 row), `#N/A` in `x` (1 row), `-` in `y` (1 row) and 3 more; if one is a value, say what stands for missing values in `data.missing`
""",
)
case(
    "own-marker.csv",
    "x,y\n1,a\n-999,b\nNA,a\n",
    """
with missing -999 NA
3 rows
x: numeric 1 | · | ·
y: categorical a | b | a
""",
)
case("marker-as-number.csv", "x,y\n1,a\n-999,b\n", "2 rows\nx: numeric 1 | -999\ny: categorical a | b")
case("empty-in-spite-of-markers.csv", "x,y\n1,\n,b\n", "with missing -999\n2 rows\nx: numeric 1 | ·\ny: categorical · | b\nnote: no column contains `-999` of `data.missing`")
case("all-missing.csv", "x,y\n1,NA\n2,\n", "2 rows\nx: numeric 1 | 2\ny: numeric · | ·\nnote: taken for missing values: `NA` in `y` (1 row); if one is a value, say what stands for missing values in `data.missing`")
case(
    "unknown-marker.csv",
    "x,y\n1,a\n2,a\n3,b\nunknown,b\n5,a\n6,b\n",
    """
6 rows
x: categorical 1 | 2 | 3 | unknown | 5 | … (6 values, 0 missing)
y: categorical a | a | b | b | a | … (6 values, 0 missing)
note: column `x` is taken as names: it is numbers but for 1 value, the first `unknown` on line 5; if that stands for a missing value, set `data.missing: [unknown]`
""",
)

# Numbers.

case(
    "numbers.csv",
    "x,y\n1e3,+7\n-2.5E-1,.5\n5.,-0\n",
    "3 rows\nx: numeric 1000 | -0.25 | 5\ny: numeric 7 | 0.5 | -0",
)
case(
    "too-great.csv",
    "x,y\n1,a\n1e400,b\n",
    """
`too-great.csv`, line 3, column `x`: `1e400` is not a finite number
hint: correct it; if the column holds names, say so with `data.columns: {x: categorical}`; if it stands for a missing value, list it in `data.missing` with all others that do
""",
)
case(
    "infinite-first.csv",
    "x,y\n-inf,a\n1,b\n",
    """
`infinite-first.csv`, line 2, column `x`: `-inf` is not a finite number
hint: correct it; if the column holds names, say so with `data.columns: {x: categorical}`; if it stands for a missing value, list it in `data.missing` with all others that do
""",
)
case("hexadecimal.csv", "x,y\n0x1A,a\n0xFF,b\n", "2 rows\nx: categorical 0x1A | 0xFF\ny: categorical a | b")
case(
    "thousands.csv",
    'city,people\nParis,"2,102,650"\nNice,"348,085"\nÈze,"2,225"\nRochefourchat,1\n',
    """
4 rows
city: categorical Paris | Nice | Èze | Rochefourchat
people: numeric 2102650 | 348085 | 2225 | 1
note: column `people`: `2,102,650` is read as the number 2102650, and others likewise
""",
)
case(
    "currencies.csv",
    'price,y\n$5.00,a\n"$1,234.50",b\n-$3,a\n',
    """
3 rows
price: numeric 5 | 1234.5 | -3
y: categorical a | b | a
note: column `price`: `$5.00` is read as the number 5, and others likewise
""",
)
case(
    "two-currencies.csv",
    "price,y\n$5.00,a\n€5.00,b\n",
    "2 rows\nprice: categorical $5.00 | €5.00\ny: categorical a | b\nnote: column `price` is taken as names: numbers such as `$5.00` and `€5.00` have different units",
)
case(
    "two-currencies-as-numbers.csv",
    "price,y\n$5.00,a\n€5.00,b\n",
    """
with numeric price
`two-currencies-as-numbers.csv`, line 3, column `price`: `€5.00` is not a number
hint: write all numbers of a column in the same unit
""",
)
case(
    "percent.csv",
    "share,y\n12%,a\n7.5 %,b\n",
    "2 rows\nshare: numeric 12 | 7.5\ny: categorical a | b\nnote: column `share`: `12%` is read as the number 12, and others likewise",
)
case(
    "typographers-minus.csv",
    "t,y\n−5,a\n3,b\n",
    "2 rows\nt: numeric -5 | 3\ny: categorical a | b\nnote: column `t`: `−5` is read as the number -5, and others likewise",
)
case("spaces.csv", " x , y \n 1 ,  no \n\t2.5,so\n", PLAIN)
case("no-break-spaces.csv", "x,y\n\u00a01\u00a0,no\u00a0\n2.5,\u202fso\n", PLAIN)
case(
    "leading-zeros.csv",
    "zip,y\n02134,a\n10001,b\n00501,a\n",
    """
3 rows
zip: categorical 02134 | 10001 | 00501
y: categorical a | b | a
note: column `zip` is taken as names: as a number `02134` would lose digits (`data.columns`)
""",
)
case("leading-zeros-as-numbers.csv", "month,y\n02,a\n10,b\n", "with numeric month\n2 rows\nmonth: numeric 2 | 10\ny: categorical a | b")
case(
    "great-whole-numbers.csv",
    "account,y\n9007199254740993,a\n9007199254740992,b\n",
    """
2 rows
account: categorical 9007199254740993 | 9007199254740992
y: categorical a | b
note: column `account` is taken as names: as a number `9007199254740993` would lose digits (`data.columns`)
""",
)
case(
    "no-numbers-as-given.csv",
    "x,y\n1,a\none,b\n",
    """
with numeric x
`no-numbers-as-given.csv`, line 3, column `x`: `one` is not a number
hint: mend it; if it stands for a missing value, list it in `data.missing` with all other texts that do
""",
)
case(
    "units-row.csv",
    "speed,y\nkm/h,a\n50,a\n70,b\n",
    """
3 rows
speed: categorical km/h | 50 | 70
y: categorical a | a | b
note: column `speed` is numbers but for its first value, `km/h`: if that is a unit, take the line out
""",
)
case(
    "totals-row.csv",
    "year,sold\n2019,1\n2020,2\n2021,3\n2022,4\nTotal,10\n",
    """
5 rows
year: categorical 2019 | 2020 | 2021 | 2022 | Total
sold: numeric 1 | 2 | 3 | 4 | 10
note: column `year` is taken as names: it is numbers but for 1 value, the first `Total` on line 6; if that stands for a missing value, set `data.missing: [Total]`
""",
)
case("constant.csv", "x,y\n1,a\n1,a\n", "2 rows\nx: numeric 1 | 1\ny: categorical a | a")
case("mixed.csv", "x,y\n1,a\nred,b\n2.5,a\n", "3 rows\nx: categorical 1 | red | 2.5\ny: categorical a | b | a")
# A word in a column whose sample has only numbers.
case(
    "late-word.csv",
    "x,y\n" + "".join(f"{i % 9},{i}.5\n" for i in range(900)) + "none of these,5\n",
    """
901 rows
x: categorical 0 | 1 | 2 | 3 | 4 | … (901 values, 0 missing)
y: numeric 0.5 | 1.5 | 2.5 | 3.5 | 4.5 | … (901 values, 0 missing)
note: column `x` is taken as names: it is numbers but for 1 value, the first `none of these` on line 902; if that stands for a missing value, set `data.missing: [none of these]`
""",
)

# Yes and no, dates, names.

case(
    "booleans.csv",
    "a,b,c,d,e\nyes,TRUE,T,Y,0\nno,False,F,n,1\nYes,true,,N,0\n",
    """
3 rows
a: boolean 1 | 0 | 1
b: boolean 1 | 0 | 1
c: boolean 1 | 0 | ·
d: boolean 1 | 0 | 0
e: numeric 0 | 1 | 0
""",
)
case("no-booleans.csv", "a,b\nt,yes\nn,maybe\n", "2 rows\na: categorical t | n\nb: categorical yes | maybe")
case(
    "dates.csv",
    "iso,dotted,day first,month first,slashes,time\n"
    "1970-01-02,2.1.1970,13/1/1970,1/13/1970,1970/01/02,1970-01-02T12:00:00\n"
    "1969-12-31,31.12.1969,14/01/1970,01/14/1970,,1970-01-01 06:00\n",
    """
2 rows
iso: date 1 | -1
dotted: date 1 | -1
day first: date 12 | 13
month first: date 12 | 13
slashes: date 1 | ·
time: date 1.5 | 0.25
""",
)
case(
    "ambiguous-dates.csv",
    "day,y\n01/02/2024,a\n03/04/2024,b\n",
    """
2 rows
day: text 01/02/2024 | 03/04/2024
y: categorical a | b
note: column `day` is taken as text: `01/02/2024` may be 2024-02-01 or 2024-01-02; set `data.columns: {day: {date: day_first}}` or `data.columns: {day: {date: month_first}}`
""",
)
case("two-forms-of-dates.csv", "day,y\n2024-01-31,a\n31.01.2024,b\n", "2 rows\nday: categorical 2024-01-31 | 31.01.2024\ny: categorical a | b\nnote: column `day` is taken as names: its values look like dates such as `2024-01-31`, but are in no form that is read, or not all in one; write dates as `2026-11-23`, and times as `2026-11-23T10:00:00+01:00`")
case(
    "no-dates-as-given.csv",
    "day,y\n2024-02-30,a\n2024-02-28,b\n",
    """
with date day
`no-dates-as-given.csv`, line 2, column `day`: `2024-02-30` is not a date
hint: write dates that exist, all in one form, such as `2026-11-23`
""",
)
case(
    "unique-text.csv",
    "text,y\n" + "".join(f"word {i},{'ab'[i % 2]}\n" for i in range(30)),
    """
30 rows
text: id word 0 | word 1 | word 2 | word 3 | word 4 | … (30 values, 0 missing)
y: categorical a | b | a | b | a | … (30 values, 0 missing)
""",
)
case(
    "counted-rows.csv",
    "n,y\n" + "".join(f"{i},{i % 3}\n" for i in range(1, 31)),
    """
30 rows
n: id 1 | 2 | 3 | 4 | 5 | … (30 values, 0 missing)
y: numeric 1 | 2 | 0 | 1 | 2 | … (30 values, 0 missing)
""",
)
case("ids.csv", "user_id,x\na7,1\nb3,2\n", "2 rows\nuser_id: id a7 | b3\nx: numeric 1 | 2")

# Of unusual size.

case("long-field.csv", "x,text\n1," + "a" * 10_000 + "\n2,b\n", "2 rows\nx: numeric 1 | 2\ntext: categorical " + "a" * 40 + "… | b")
case(
    "wide.csv",
    ",".join(f"x{i}" for i in range(1000)) + "\n" + (",".join(str(i) for i in range(1000)) + "\n") * 2,
    "2 rows\n" + "".join(f"x{i}: numeric {i} | {i}\n" for i in range(8)) + "… 992 more columns",
)
case("first-rows.csv", "x,y\n1,no\n2.5,so\n3\n", "with rows 2\n" + PLAIN)
# A character with a byte that is a line end elsewhere.
case(
    "first-rows-of-utf-16.csv",
    "\ufeffx,y\n1,Ċ\n2.5,so\n3\n".encode("utf-16-le"),
    "with rows 2\nutf-16, 2 rows\nx: numeric 1 | 2.5\ny: categorical Ċ | so",
)
case(
    "first-rows-of-few.csv",
    "# a\n# b\n# c\n# d\nx,y\n,\n,\n,\n1,no\n2.5,so\n",
    "with rows 2\n"
    + PLAIN
    + """lines: 9 10
note: left out 4 lines at the top that begin with `#`
note: left out 3 lines without a value in any column, the first of them line 6
""",
)

(HERE / "expected.txt").write_text("\n".join(EXPECTED))
