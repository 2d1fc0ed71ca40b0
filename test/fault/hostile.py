"""Files that were made to do harm: bombs, cycles, document types, lies about sizes, absurd sizes, two kinds at once.

files(directory) writes them all and gives {name: path}; none of them may be imported, none may cost more than a moment."""
import io
import os
import pathlib
import struct
import zipfile
import zlib

HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
TYPES = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
         '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>')
RELS = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>')
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def packed(members, level=9):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as z:
        for name, content in members:
            z.writestr(name, content)
    return out.getvalue()


def workbook(sheet, strings=None, book=None, targets=None, doctype=""):
    """A workbook whose first sheet's XML is `sheet`."""
    targets = targets or {"r1": "worksheets/sheet1.xml"}
    book = book or "".join(f'<sheet name="s{i}" sheetId="{i + 1}" r:id="{key}"/>' for i, key in enumerate(targets))
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    lines = "".join(f'<Relationship Id="{key}" Type="{relation}worksheet" Target="{to}"{" TargetMode=" + chr(34) + "External" + chr(34) if "://" in to else ""}/>' for key, to in targets.items())
    if strings is not None:
        lines += f'<Relationship Id="s1" Type="{relation}sharedStrings" Target="sharedStrings.xml"/>'
    members = [("[Content_Types].xml", TYPES), ("_rels/.rels", RELS),
               ("xl/workbook.xml", f'<?xml version="1.0"?>{doctype}<workbook {MAIN}><sheets>{book}</sheets></workbook>'),
               ("xl/_rels/workbook.xml.rels", f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'),
               ("xl/worksheets/sheet1.xml", sheet)]
    if strings is not None:
        members.append(("xl/sharedStrings.xml", strings))
    return packed(members)


def sheet(rows, doctype=""):
    return f'<?xml version="1.0"?>{doctype}<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>'


def inline(text):
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def lie_about_size(data, size):
    """Every entry says it is so long, in both lists."""
    out = bytearray(data)
    at = 0
    while (at := out.find(b"PK\3\4", at)) >= 0:
        out[at + 22:at + 26] = struct.pack("<I", size)
        at += 4
    at = 0
    while (at := out.find(b"PK\1\2", at)) >= 0:
        out[at + 24:at + 28] = struct.pack("<I", size)
        at += 4
    return bytes(out)


def flag_encrypted(data):
    out = bytearray(data)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = 0
        while (at := out.find(mark, at)) >= 0:
            out[at + offset] |= 1
            at += 4
    return bytes(out)


def overlapping(count):
    """A thousand names for one deflated member: a megabyte each time it is asked for."""
    body = zlib.compress(b"1,2\n" * 262144, 9)[2:-4]
    crc = zlib.crc32(b"1,2\n" * 262144)
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(body), 1048576, 5, 0) + b"a.csv" + body
    central = b"".join(struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(body), 1048576, 8, 0, 0, 0, 0, 0, 0) + b"%04d.csv" % i for i in range(count))
    return local + central + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(central), len(local), 0)


def compound(fat, sectors=8, shift=9, first_directory=1):
    """The frame of an old .xls (a compound file) with such a table of sectors."""
    head = struct.pack("<8s16s6H10I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, shift, 6, 0, 0, 0, 1, first_directory, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB3I16sIQQIQ", 18, 2, 1, *[0xFFFFFFFF] * 3, b"", 0, 0, 0, 2, 1 << 30)
    root = "Root Entry".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB3I16sIQQIQ", 22, 5, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1, b"", 0, 0, 0, 2, 4096)
    table = struct.pack("<128I", *(fat + [0xFFFFFFFF] * 128)[:128])
    return head + table + (root + entry).ljust(512, b"\0") + b"\x09\x08" * 256 * (sectors - 2)


def laughs():
    names = [f'<!ENTITY a{i} "{("&a" + str(i - 1) + ";") * 10 if i else "ha"}">' for i in range(12)]
    return f"<!DOCTYPE w [{''.join(names)}]>"


def made():
    table = HEADER.encode() + b"1,1,1,x,2020-02-20 10:00:00,,0\n" * 10
    good = sheet("<row r='1'>" + "".join(inline(h) for h in HEADER.strip("\n").split(",")) + "</row>")
    inner = packed([("orders.csv", table)])
    deep = inner
    for _ in range(20):
        deep = packed([("in.zip", deep)])
    yield "bomb.zip", packed([("orders.csv", HEADER.encode() + bytes(256 << 20))])
    yield "bomb-says-small.zip", lie_about_size(packed([("orders.csv", HEADER.encode() + bytes(64 << 20))]), 1000)
    yield "bomb-many.zip", packed([(f"{i}.csv", HEADER.encode() + b"0" * (8 << 20)) for i in range(80)])
    yield "nested.zip", packed([("in.zip", inner)])
    yield "nested-deep.zip", deep
    yield "entries.zip", packed([(f"{i}.csv", b"a,b\n1,2\n") for i in range(2000)])
    yield "overlap.zip", overlapping(1000)
    yield "encrypted.zip", flag_encrypted(inner)
    yield "cut.zip", inner[:-30]
    yield "no-list.zip", inner[:60]
    yield "huge-claim.zip", lie_about_size(inner, 0xFFFFFFFF)
    yield "garbage-list.zip", inner[:-60] + os.urandom(38) + inner[-22:]
    yield "doctype-sheet.xlsx", workbook(sheet("<row/>", '<!DOCTYPE worksheet SYSTEM "file:///etc/passwd">'))
    yield "doctype-book.xlsx", workbook(good, doctype="<!DOCTYPE workbook>")
    yield "laughs.xlsx", workbook(sheet(f"<row>{inline('&a11;')}</row>", laughs()))
    yield "external.xlsx", workbook(sheet(f"<row>{inline('&e;')}</row>", '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]>'))
    yield "web-sheet.xlsx", workbook(good, targets={"r1": "http://127.0.0.1:9/sheet1.xml"})
    yield "outside-sheet.xlsx", workbook(good, targets={"r1": "../../../../../../etc/passwd"})
    yield "strings.xlsx", workbook(sheet('<row><c t="s"><v>0</v></c></row>'), strings=f'<?xml version="1.0"?><sst {MAIN}><si><t>{"x" * (100 << 20)}</t></si></sst>')
    yield "string-index.xlsx", workbook(sheet('<row><c t="s"><v>4294967295</v></c><c t="s"><v>-1</v></c></row>'), strings=f'<?xml version="1.0"?><sst {MAIN} count="4294967295"></sst>')
    yield "cells.xlsx", workbook(sheet(("<row>" + '<c><v>1</v></c>' * 256 + "</row>") * 24000))
    yield "far-cell.xlsx", workbook(sheet('<row r="4294967296"><c r="ZZZZZZZ99999999999"><v>1</v></c></row>'))
    yield "deep.xlsx", workbook(sheet("<row>" + "<x>" * 300000 + "</x>" * 300000 + "</row>"))
    yield "attribute.xlsx", workbook(f'<?xml version="1.0"?><worksheet {MAIN} a="{"y" * (60 << 20)}"/>')
    yield "sheets.xlsx", workbook(good, targets={f"r{i}": "worksheets/sheet1.xml" for i in range(5000)})
    yield "cycle.xls", compound([0xFFFFFFFD, 1, 3, 2, 2, 4])
    yield "far-sector.xls", compound([0xFFFFFFFD, 0x7FFFFFFF, 0x7FFFFFFF], first_directory=0x7FFFFFF0)
    yield "sector-size.xls", compound([0xFFFFFFFD, 0xFFFFFFFE], shift=31)
    yield "page.xls", b"<html><head><script src='http://127.0.0.1:9/x.js'></script></head><body><table><tr><td>1</td></tr></table></body></html>"
    yield "one-line.csv", b"a" * (100 << 20)
    yield "columns.csv", b",".join(b"c%d" % i for i in range(200000)) + b"\n" + b"1," * 200000 + b"\n"
    yield "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(100) + table
    yield "paper-and-archive.pdf", b"%PDF-1.4\n1 0 obj\n" + inner
    yield "archive-behind-a-program.xlsx", b"\x7fELF" + bytes(200) + inner
    yield "deep.json", b"[" * 2000000
    yield "long.json", b'[{"id":1,"number":"' + b"9" * (60 << 20) + b'"}]'


def files(directory):
    result = {}
    for name, content in made():
        result[name] = pathlib.Path(directory, name)
        result[name].write_bytes(content)
    sparse = result["sparse.csv"] = pathlib.Path(directory, "sparse.csv")
    with open(sparse, "wb") as f:
        f.write(HEADER.encode())
        f.truncate(5 << 30)
    return result
