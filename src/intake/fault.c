/* The sentences of fault.h, as tables. */
#include "intake/fault.h"

static const struct fault_words { const char *code, *seen_en, *seen_zh, *remedy_en, *remedy_zh; } fault_words[] = {
    [FAULT_SCIENTIFIC_ID] = { "scientific-id",
        "a long number is written like 3.5E+16, as spreadsheets do; its last digits are lost and the order cannot be told from others.",
        "长数字被表格软件写成了 3.5E+16 这样的形式，末尾几位已丢失，无法确认是哪一笔订单。",
        "Export the file from the platform again and import it without opening it in Excel; or format the column as text before saving.",
        "请从平台重新导出，不要用 Excel 打开，直接导入；如必须编辑，请先把该列设为“文本”格式再保存。" },
    [FAULT_BAD_BYTES] = { "bad-bytes",
        "there are bytes that are no text in the encoding of the rest of the file.",
        "含有无法按本文件编码解读的字节。",
        "Export the file again, or save it as UTF-8; if only this cell is damaged, correct it and import the file again.",
        "请重新导出，或另存为 UTF-8 编码；如只有这一格损坏，改正后再次导入即可。" },
    [FAULT_CUT_SHORT] = { "cut-short",
        "the row is not complete: a quoted cell is never closed, or the file ends in the middle of the row.",
        "这一行不完整：引号没有结束，或文件在行中间就结束了。",
        "The file was probably cut off while it was saved or sent: export it again. The rows before it are in.",
        "文件很可能在保存或传输时被截断，请重新导出。此前的行已正常导入。" },
    [FAULT_BAD_QUOTES] = { "bad-quotes",
        "something follows a closing quotation mark, so that it is unclear where the cell ends.",
        "引号结束之后还有内容，无法判断单元格在哪里结束。",
        "A quotation mark inside a quoted cell must be doubled (\"\"). Correct this row, or export the file again.",
        "带引号的单元格里，引号要写成两个（\"\"）。请改正这一行，或重新导出。" },
    [FAULT_ROW_TOO_LONG] = { "row-too-long",
        "the row is longer than 1 MiB.", "这一行超过 1 MiB。",
        "No order is that long: a quotation mark may be missing near its beginning, or this is no order export. Correct it or export again.",
        "正常订单不会这么长：行首附近可能少了一个引号，或者这不是订单报表。请改正或重新导出。" },
    [FAULT_CELL_TOO_LONG] = { "cell-too-long",
        "the cell is longer than 64 KiB.", "该单元格超过 64 KiB。",
        "Shorten the cell, or remove the column if it is not needed, and import the file again.",
        "请缩短该单元格，或删除不需要的列，再次导入。" },
    [FAULT_TOO_MANY_CELLS] = { "too-many-cells",
        "the row has more filled cells than the header has columns, so that its cells cannot be told apart.",
        "这一行有内容的单元格比表头的列还多，无法对应。",
        "A cell with a comma in it must stand in quotation marks. Correct this row, or export the file again.",
        "单元格内含逗号时要用引号括起来。请改正这一行，或重新导出。" },
    [FAULT_NO_ORDER_NO] = { "no-order-number",
        "there is an item but no order number.", "有商品，但没有订单编号。",
        "Fill in the order number, or remove the row, and import the file again.",
        "请补上订单编号，或删除这一行，再次导入。" },
    [FAULT_ORDER_NO_TOO_LONG] = { "order-number-too-long",
        "the number is longer than 64 bytes.", "编号超过 64 个字节。",
        "Check that the right column is mapped to this field.", "请检查这一列是否对应正确的字段。" },
    [FAULT_BAD_ORDER_NO] = { "bad-order-number",
        "the number contains a control character.", "编号里有控制字符。",
        "Correct the cell, or export the file again.", "请改正该单元格，或重新导出。" },
    [FAULT_BAD_TIME] = { "bad-time",
        "this is no date and time. Expected is something like 2020-02-26 15:00:00.",
        "不是日期时间，应类似 2020-02-26 15:00:00。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_TIME_OUT_OF_RANGE] = { "time-out-of-range",
        "the time lies before 2000 or after 2099.", "时间早于 2000 年或晚于 2099 年。",
        "Correct the year and import the file again.", "请改正年份，再次导入。" },
    [FAULT_BAD_MONEY] = { "bad-money",
        "this is no amount of money. Expected is something like 201.12.", "不是金额，应类似 201.12。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_MONEY_TOO_PRECISE] = { "money-too-precise",
        "the amount has more decimal places than its currency.", "金额的小数位比币种允许的多。",
        "Round the amount in the source, or check the store's currency, and import the file again.",
        "请在来源处改为正确的小数位，或检查店铺币种，再次导入。" },
    [FAULT_MONEY_OUT_OF_RANGE] = { "money-out-of-range",
        "the amount is larger than ten billion (1,000,000,000,000 minor units).", "金额超过一百亿。",
        "Check that the right column is mapped to this field; correct the cell.", "请检查这一列是否对应正确的字段，并改正该单元格。" },
    [FAULT_NEGATIVE_MONEY] = { "negative-money",
        "the amount is below zero. An order's amounts and refunds are written without a sign.", "金额小于零。订单金额和退款金额都应为正数。",
        "Correct the cell and import the file again.", "请改正该单元格，再次导入。" },
    [FAULT_OTHER_CURRENCY] = { "other-currency",
        "the amount is in another currency than the store's.", "金额的币种与店铺币种不同。",
        "Import this file into the store that sells in that currency.", "请把该文件导入使用该币种的店铺。" },
    [FAULT_BAD_COUNT] = { "bad-count",
        "this is no number of pieces. Expected is a whole number from 0 to 1,000,000.", "不是件数，应为 0 到 1,000,000 的整数。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_NEGATIVE_COUNT] = { "negative-count",
        "the quantity is below 0, and the row is of no return: a correction of stock, not a sale.", "数量小于 0，但这一行不是退货：是库存调整，不是销售。",
        "Nothing is lost for the orders; keep such rows out of the file, or give the return its own number.", "订单数据不受影响；请从文件中去掉这类行，或给退货单独编号。" },
    [FAULT_TOO_MANY_LINES] = { "too-many-lines",
        "the same item stands in this order more than 1,000 times.", "同一订单中同一商品超过 1,000 行。",
        "Check whether the file was joined together several times.", "请检查文件是否被重复拼接。" },
    [FAULT_NO_KEY] = { "no-key",
        "this cell must not be empty: without it nobody can tell what the row is about.", "这一格不能为空，否则无法知道这一行说的是什么。",
        "Fill in the cell, or remove the row, and import the file again.", "请补上该单元格，或删除这一行，再次导入。" },
    [FAULT_KEY_TOO_LONG] = { "key-too-long",
        "what names this row is longer than 512 bytes.", "用来识别这一行的内容超过 512 个字节。",
        "Check that the right column is mapped to this field; shorten the cell.", "请检查这一列是否对应正确的字段，或缩短该单元格。" },
    [FAULT_BAD_DAY] = { "bad-day",
        "this is no day. Expected is something like 2026-06-18.", "不是日期，应类似 2026-06-18。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_BAD_HOUR] = { "bad-hour",
        "this is no hour of a day. Expected is something from 0 to 23, such as 13 or 13:00.", "不是小时，应为 0 到 23，例如 13 或 13:00。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_BAD_CLOCK] = { "bad-clock",
        "this is no time of day. Expected is something like 09:30.", "不是钟点，应类似 09:30。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_BAD_FIGURE] = { "bad-figure",
        "this is no whole number. Expected is something like 1,234 or 1.2万.", "不是整数，应类似 1,234 或 1.2万。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_BAD_RATIO] = { "bad-ratio",
        "this is no share. Expected is something like 12.34% or 0.1234.", "不是比例，应类似 12.34% 或 0.1234。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_BAD_DECIMAL] = { "bad-decimal",
        "this is no number. Expected is something like 4.86.", "不是数字，应类似 4.86。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
    [FAULT_BAD_SECONDS] = { "bad-seconds",
        "this is no length of time. Expected are seconds such as 83.5, or 00:01:23.", "不是时长，应为秒数（如 83.5）或 00:01:23。",
        "Correct the cell; if the whole column is another one, map the columns again.",
        "请改正该单元格；如果整列都不对，请重新对应列。" },
};
_Static_assert(sizeof fault_words / sizeof fault_words[0] == ROW_FAULT_COUNT, "words for each fault");

struct fault_words_of fault_words_of(enum row_fault f)
{
    return (struct fault_words_of){ fault_words[f].code, fault_words[f].seen_en, fault_words[f].seen_zh };
}

bool row_fault_find(struct text code, enum row_fault *ret)
{
    for (int f = 0; f < ROW_FAULT_COUNT; f++) {
        if (!text_is(code, fault_words[f].code)) continue;
        *ret = (enum row_fault)f;
        return true;
    }
    return false;
}

#define ARG(t) (int)(t).len, (t).ptr ? (t).ptr : ""

void fault_say(struct arena *a, const struct fault_place *where, struct intake_fault *ret)
{
    const struct fault_words *w = &fault_words[where->fault];
    *ret = (struct intake_fault){
        .line = where->line, .column = where->column, .code = text_from_cstr(w->code),
        .column_name = arena_text(a, where->column_name),
        .value = arena_text(a, text_clip_utf8(where->value, 200)),
        .raw = arena_text(a, text_clip_utf8(where->raw, LIMIT_CELL_BYTES)),
        .remedy_en = text_from_cstr(w->remedy_en), .remedy_zh = text_from_cstr(w->remedy_zh),
    };
    struct text name = text_clip_utf8(where->column_name, 200);
    const struct text sheet = text_clip_utf8(where->sheet, 100);
    const struct text in_en = sheet.len ? arena_printf(a, "Sheet “%.*s”, line", ARG(sheet)) : TEXT("Line");
    const struct text in_zh = sheet.len ? arena_printf(a, "工作表“%.*s”第", ARG(sheet)) : TEXT("第");
    const struct text expected_en = where->expected.len ? arena_printf(a, " Expected is %.*s.", ARG(where->expected)) : TEXT_NONE;
    const struct text expected_zh = where->expected.len ? arena_printf(a, "应为 %.*s。", ARG(where->expected)) : TEXT_NONE;
    long long line = where->line;
    if (where->column > 0) {
        ret->what_en = arena_printf(a, "%.*s %lld, column “%.*s”: %s%.*s", ARG(in_en), line, ARG(name), w->seen_en, ARG(expected_en));
        ret->what_zh = arena_printf(a, "%.*s %lld 行“%.*s”列：%s%.*s", ARG(in_zh), line, ARG(name), w->seen_zh, ARG(expected_zh));
    } else {
        ret->what_en = arena_printf(a, "%.*s %lld: %s", ARG(in_en), line, w->seen_en);
        ret->what_zh = arena_printf(a, "%.*s %lld 行：%s", ARG(in_zh), line, w->seen_zh);
    }
}

/* ---- files ---- */

static const struct { const char *en, *zh, *do_en, *do_zh; } kinds[] = {
    [SNIFFED_TEXT] = { "text", "文本", "", "" },
    [SNIFFED_EMPTY] = { "an empty file", "空文件", "", "" },
    [SNIFFED_PNG] = { "a PNG picture", "PNG 图片", "Choose what the platform exported (CSV or Excel).", "请选择平台导出的文件（CSV 或 Excel）。" },
    [SNIFFED_JPEG] = { "a JPEG picture", "JPEG 图片", "Choose what the platform exported (CSV or Excel).", "请选择平台导出的文件（CSV 或 Excel）。" },
    [SNIFFED_GIF] = { "a GIF picture", "GIF 图片", "Choose what the platform exported (CSV or Excel).", "请选择平台导出的文件（CSV 或 Excel）。" },
    [SNIFFED_ZIP] = { "a zip archive", "zip 压缩包", "Unpack it and import the tables inside.", "请先解压，再导入其中的表格。" },
    [SNIFFED_XLSX] = { "an Excel workbook (.xlsx) that cannot be read", "无法读取的 Excel 工作簿（.xlsx）",
        "Open it and save it once more as an Excel workbook (.xlsx).", "请打开后重新另存为 Excel 工作簿（.xlsx）。" },
    [SNIFFED_OLE] = { "an old Office file without a sheet in it, as Word’s .doc", "不含工作表的旧版 Office 文件（如 Word 的 .doc）",
        "Choose the sheet itself; if it is one, open it and save it as an Excel workbook (.xlsx).", "请选择表格文件；如果它本来就是表格，请打开后另存为 Excel 工作簿（.xlsx）。" },
    [SNIFFED_PDF] = { "a PDF document", "PDF 文档", "Choose what the platform exported (CSV or Excel).", "请选择平台导出的文件（CSV 或 Excel）。" },
    [SNIFFED_GZIP] = { "a gzip archive", "gzip 压缩包", "Unpack it and import the tables inside.", "请先解压，再导入其中的表格。" },
    [SNIFFED_HTML] = { "a web page (HTML)", "网页（HTML）",
        "The download may have ended on a login page: sign in to the platform and export again.",
        "下载时可能跳到了登录页：请登录平台后重新导出。" },
    [SNIFFED_HTML_TABLE] = { "a web page with a table in it, as some platforms call an Excel file", "含有表格的网页（有的平台把它叫作 Excel 文件）",
        "Open it with Excel, WPS or LibreOffice and save it as an Excel workbook (.xlsx).", "请用 Excel、WPS 或 LibreOffice 打开，另存为 Excel 工作簿（.xlsx）。" },
    [SNIFFED_JSON] = { "a JSON document", "JSON 文档", "Choose the order export of the platform (CSV or Excel).", "请选择平台导出的订单报表（CSV 或 Excel）。" },
    [SNIFFED_XLSB] = { "a binary workbook (.xlsb)", "二进制工作簿（.xlsb）", "Open it and save it as an Excel workbook (.xlsx).", "请打开后另存为 Excel 工作簿（.xlsx）。" },
    [SNIFFED_ODS] = { "an OpenDocument file (.ods, .odt)", "OpenDocument 文件（.ods、.odt）", "Open it and save it as an Excel workbook (.xlsx).", "请打开后另存为 Excel 工作簿（.xlsx）。" },
    [SNIFFED_DOCX] = { "a Word or PowerPoint document", "Word 或 PowerPoint 文档", "Choose the order export of the platform (CSV or Excel).", "请选择平台导出的订单报表（CSV 或 Excel）。" },
    [SNIFFED_XML] = { "a spreadsheet as XML (Excel 2003)", "XML 表格（Excel 2003）", "Open it with Excel, WPS or LibreOffice and save it as an Excel workbook (.xlsx).",
        "请用 Excel、WPS 或 LibreOffice 打开，另存为 Excel 工作簿（.xlsx）。" },
    [SNIFFED_BINARY] = { "a file that is no text", "二进制文件", "Choose the order export of the platform (CSV, UTF-8 or GB18030).",
        "请选择平台导出的订单报表（CSV，UTF-8 或 GB18030 编码）。" },
};

static void say_no_header(struct arena *a, const struct refusal_facts *f, struct text file, struct intake_scan_result *ret)
{
    if (f->expected.len > 0) {
        ret->refusal_en = arena_printf(a, "“%.*s” looks like “%.*s”, but these columns are missing: %.*s. Export it with all its columns, or map them by hand.",
                                       ARG(file), ARG(f->profile_en), ARG(f->expected));
        ret->refusal_zh = arena_printf(a, "“%.*s”看起来是“%.*s”，但缺少这些列：%.*s。请导出全部列，或手动对应各列。", ARG(file), ARG(f->profile_zh), ARG(f->expected_zh));
        return;
    }
    ret->refusal_en = arena_printf(a, "No known header was found in the first ten lines of “%.*s”%s%.*s%s: choose an order export of the platform, or map its columns by hand.",
                                   ARG(file), f->seen.len ? " (seen: " : "", ARG(f->seen), f->seen.len ? ")" : "");
    ret->refusal_zh = arena_printf(a, "“%.*s”的前十行里没有认识的表头%s%.*s%s：请选择平台的订单报表，或手动对应各列。",
                                   ARG(file), f->seen.len ? "（看到的是：" : "", ARG(f->seen), f->seen.len ? "）" : "");
}

struct text source_base_name(struct text path)
{
    for (size_t i = path.len; i > 0; i--)
        if (path.ptr[i - 1] == '/') return i < path.len ? (struct text){ path.ptr + i, path.len - i } : path;
    return path;
}

/* ---- containers ---- */

static const struct container_words { const char *en, *zh; } container_words[] = {
    [REFUSED_NO_TABLE] = { "has no table in it. Choose a file that the platform exported.", "里面没有表格。请选择平台导出的文件。" },
    [REFUSED_SEVERAL] = { "holds several tables: choose one of them.", "包含多个表格，请选择其中一个。" },
    [REFUSED_NO_PART] = { "has no such table in it any more. Is it the same file as before?", "里面已没有这个表格。文件是否被更换？" },
    [REFUSED_DAMAGED] = { "is damaged: it does not hold together as its kind of file must. Export or download it again.",
                          "已损坏：内容与文件格式不符。请重新导出或下载。" },
    [REFUSED_ENCRYPTED] = { "is protected with a password. Open it, save it without one, and import that file.",
                            "设有密码保护。请打开后另存为不带密码的文件，再导入。" },
    [REFUSED_NESTED] = { "is an archive inside an archive, which is not unpacked. Unpack the outer one and import what is inside.",
                         "是压缩包里的压缩包，不会解开。请先解压外层，再导入里面的文件。" },
    [REFUSED_DOCTYPE] = { "holds a document type declaration (DOCTYPE), which no spreadsheet needs and which can be misused. Save it again with Excel, WPS or LibreOffice.",
                          "含有文档类型声明（DOCTYPE），正常的表格不需要它，而且可能被恶意利用。请用 Excel、WPS 或 LibreOffice 重新保存。" },
    [REFUSED_UNPACKED] = { "unpacks to far more than its size: more than 512 MiB in all, or 200 times the packed size. Export a shorter period as CSV.",
                           "解压后过大：总计超过 512 MiB，或超过压缩大小的 200 倍。请缩短时间段，导出为 CSV。" },
    [REFUSED_TOO_MANY_PARTS] = { "holds too many files or tables: at most 1,000 entries and 64 tables. Import it in several files.",
                                 "包含的文件或表格太多：最多 1000 个条目、64 个表格。请分几个文件导入。" },
    [REFUSED_TOO_MANY_CELLS] = { "has more than 5,000,000 filled cells. Export a shorter period, or as CSV.",
                                 "有内容的单元格超过 500 万个。请缩短时间段，或导出为 CSV。" },
};

/* “orders.zip”, file “a.xlsx” in it, sheet “订单”, line 5, column 3 */
static void say_container(struct arena *a, const struct refusal_facts *f, struct intake_scan_result *ret)
{
    const struct container_words *w = &container_words[f->refusal];
    const struct text file = text_clip_utf8(f->file, 200);
    struct text en = arena_printf(a, "“%.*s”", ARG(file)), zh = en;
    const struct text member = text_clip_utf8(f->member, 120), sheet = text_clip_utf8(f->sheet, 100);
    if (member.len > 0) {
        en = arena_printf(a, "%.*s, file “%.*s” in it", ARG(en), ARG(member));
        zh = arena_printf(a, "%.*s中的文件“%.*s”", ARG(zh), ARG(member));
    }
    if (sheet.len > 0) {
        en = arena_printf(a, "%.*s, sheet “%.*s”", ARG(en), ARG(sheet));
        zh = arena_printf(a, "%.*s工作表“%.*s”", ARG(zh), ARG(sheet));
    }
    if (f->line > 0) {
        en = arena_printf(a, "%.*s, line %lld", ARG(en), (long long)f->line);
        zh = arena_printf(a, "%.*s第 %lld 行", ARG(zh), (long long)f->line);
    }
    if (f->column > 0) {
        en = arena_printf(a, "%.*s, column %lld", ARG(en), (long long)f->column);
        zh = arena_printf(a, "%.*s第 %lld 列", ARG(zh), (long long)f->column);
    }
    const bool inside = member.len + sheet.len > 0 || f->line > 0;
    ret->refusal_en = arena_printf(a, "%.*s%s %s", ARG(en), inside ? ":" : "", w->en);
    ret->refusal_zh = arena_printf(a, "%.*s%s%s", ARG(zh), inside ? "：" : "", w->zh);
}

/* all.zip › orders.xlsx › Sheet2: what a sentence calls the table */
static struct text table_name(struct arena *a, const struct refusal_facts *f)
{
    const struct text file = text_clip_utf8(f->file, 200), member = text_clip_utf8(f->member, 120), sheet = text_clip_utf8(f->sheet, 100);
    if (member.len + sheet.len == 0) return file;
    return arena_printf(a, "%.*s%s%.*s%s%.*s", ARG(file), member.len ? " › " : "", ARG(member), sheet.len ? " › " : "", ARG(sheet));
}

void refusal_say(struct arena *a, const struct refusal_facts *f, struct intake_scan_result *ret)
{
    ret->refusal = f->refusal;
    const struct text file = table_name(a, f);
    switch (f->refusal) {
    case REFUSED_NOT:
        ret->refusal_en = ret->refusal_zh = TEXT_NONE;
        return;
    case REFUSED_DIRECTORY:
        ret->refusal_en = arena_printf(a, "“%.*s” is a folder, not a file: choose the exported file inside it.", ARG(file));
        ret->refusal_zh = arena_printf(a, "“%.*s”是文件夹，不是文件：请选择其中导出的文件。", ARG(file));
        return;
    case REFUSED_UNREADABLE:
        ret->refusal_en = arena_printf(a, "“%.*s” cannot be read: check that it is there and may be read, and try again.", ARG(file));
        ret->refusal_zh = arena_printf(a, "无法读取“%.*s”：请确认文件存在且有读取权限，然后重试。", ARG(file));
        return;
    case REFUSED_EMPTY:
        ret->refusal_en = arena_printf(a, "“%.*s” is empty: export the orders again and wait until the download is complete.", ARG(file));
        ret->refusal_zh = arena_printf(a, "“%.*s”是空文件：请重新导出订单，等下载完成后再导入。", ARG(file));
        return;
    case REFUSED_NOT_TEXT:
        ret->refusal_en = arena_printf(a, "“%.*s” is %s, not a table. %s", ARG(file), kinds[f->sniffed].en, kinds[f->sniffed].do_en);
        ret->refusal_zh = arena_printf(a, "“%.*s”是%s，不是表格。%s", ARG(file), kinds[f->sniffed].zh, kinds[f->sniffed].do_zh);
        return;
    case REFUSED_NO_HEADER:
        say_no_header(a, f, file, ret);
        return;
    case REFUSED_NO_ROWS:
        ret->refusal_en = arena_printf(a, "“%.*s” has a header (line %lld) but no rows: export again with a period that has some.", ARG(file), (long long)f->line);
        ret->refusal_zh = arena_printf(a, "“%.*s”只有表头（第 %lld 行），没有数据行：请选择有数据的时间段重新导出。", ARG(file), (long long)f->line);
        return;
    case REFUSED_TWO_STORES:
        ret->refusal_en = arena_printf(a, "“%.*s” holds orders of two shops, “%.*s” and (line %lld) “%.*s”: export each shop by itself and import it into its own store.",
                                       ARG(file), ARG(f->expected), (long long)f->line, ARG(f->seen));
        ret->refusal_zh = arena_printf(a, "“%.*s”里有两家店铺的订单：“%.*s”和（第 %lld 行）“%.*s”。请分店铺导出，各自导入。",
                                       ARG(file), ARG(f->expected), (long long)f->line, ARG(f->seen));
        return;
    case REFUSED_OTHER_STORE:
        ret->refusal_en = arena_printf(a, "“%.*s” holds orders of the shop “%.*s”, not of “%.*s”: import it by itself into the store it belongs to.", ARG(file), ARG(f->seen), ARG(f->expected));
        ret->refusal_zh = arena_printf(a, "“%.*s”是店铺“%.*s”的订单，不是“%.*s”的：请单独导入到对应的店铺。", ARG(file), ARG(f->seen), ARG(f->expected));
        return;
    case REFUSED_OTHER_CURRENCY:
        ret->refusal_en = arena_printf(a, "“%.*s” is of the kind “%.*s”, whose amounts are in %.*s; this store sells in %.*s. Import it into the store it belongs to.",
                                       ARG(file), ARG(f->profile_en), ARG(f->seen), ARG(f->expected));
        ret->refusal_zh = arena_printf(a, "“%.*s”是“%.*s”，金额为 %.*s；本店铺的币种是 %.*s。请导入到它所属的店铺。", ARG(file), ARG(f->profile_zh), ARG(f->seen), ARG(f->expected));
        return;
    case REFUSED_TOO_LARGE:
        ret->refusal_en = arena_printf(a, "“%.*s” is larger than 4 GiB: export a shorter period, in several files.", ARG(file));
        ret->refusal_zh = arena_printf(a, "“%.*s”超过 4 GiB：请缩短时间段，分几个文件导出。", ARG(file));
        return;
    case REFUSED_BAD_PROFILE:
        ret->refusal_en = arena_printf(a, "The chosen profile cannot be used for “%.*s”: no column is mapped to the order number. Map the columns again.", ARG(file));
        ret->refusal_zh = arena_printf(a, "所选的模板不能用于“%.*s”：没有列对应订单编号。请重新对应各列。", ARG(file));
        return;
    case REFUSED_OTHER_KIND:
        ret->refusal_en = arena_printf(a, "“%.*s” is not of the kind “%.*s”: missing %.*s. Choose another kind, or let it be recognised.",
                                       ARG(file), ARG(f->profile_en), ARG(f->expected));
        ret->refusal_zh = arena_printf(a, "“%.*s”不是“%.*s”：缺少 %.*s。请换一种类型，或让系统自动识别。", ARG(file), ARG(f->profile_zh), ARG(f->expected_zh));
        return;
    case REFUSED_NO_TABLE: case REFUSED_SEVERAL: case REFUSED_NO_PART: case REFUSED_DAMAGED: case REFUSED_ENCRYPTED: case REFUSED_NESTED:
    case REFUSED_DOCTYPE: case REFUSED_UNPACKED: case REFUSED_TOO_MANY_PARTS: case REFUSED_TOO_MANY_CELLS:
        say_container(a, f, ret);
        return;
    case REFUSED_STOPPED:
        ret->refusal_en = arena_printf(a, "“%.*s” could not be read: its reader was stopped. Nothing of it was taken in.", ARG(file));
        ret->refusal_zh = arena_printf(a, "无法读取“%.*s”：读取进程已终止。没有导入任何内容。", ARG(file));
        return;
    }
}

void intake_refuse(struct arena *a, enum intake_refusal refusal, struct text file, struct intake_scan_result *ret)
{
    refusal_say(a, &(struct refusal_facts){ .refusal = refusal, .file = file, .sniffed = SNIFFED_BINARY }, ret);
}

const char *intake_refusal_word(enum intake_refusal r)
{
    switch (r) {
    case REFUSED_NOT: return "";
    case REFUSED_DIRECTORY: return "directory";
    case REFUSED_UNREADABLE: return "unreadable";
    case REFUSED_EMPTY: return "empty";
    case REFUSED_NOT_TEXT: return "not-text";
    case REFUSED_NO_HEADER: return "no-header";
    case REFUSED_NO_ROWS: return "no-rows";
    case REFUSED_TWO_STORES: return "two-stores";
    case REFUSED_OTHER_STORE: return "other-store";
    case REFUSED_OTHER_CURRENCY: return "other-currency";
    case REFUSED_TOO_LARGE: return "too-large";
    case REFUSED_BAD_PROFILE: return "bad-profile";
    case REFUSED_OTHER_KIND: return "other-kind";
    case REFUSED_NO_TABLE: return "no-table";
    case REFUSED_SEVERAL: return "several-tables";
    case REFUSED_NO_PART: return "no-part";
    case REFUSED_DAMAGED: return "damaged";
    case REFUSED_ENCRYPTED: return "encrypted";
    case REFUSED_NESTED: return "nested-archive";
    case REFUSED_DOCTYPE: return "doctype";
    case REFUSED_UNPACKED: return "too-large-unpacked";
    case REFUSED_TOO_MANY_PARTS: return "too-many-parts";
    case REFUSED_TOO_MANY_CELLS: return "too-many-cells";
    case REFUSED_STOPPED: return "importer-stopped";
    }
    return "";
}

bool intake_refusal_leaves_aside(enum intake_refusal r)
{
    switch (r) {
    case REFUSED_EMPTY: case REFUSED_NOT_TEXT: case REFUSED_NO_HEADER: case REFUSED_NO_ROWS: case REFUSED_OTHER_KIND: return true;
    case REFUSED_NOT: case REFUSED_DIRECTORY: case REFUSED_UNREADABLE: case REFUSED_TWO_STORES: case REFUSED_OTHER_STORE:
    case REFUSED_OTHER_CURRENCY: case REFUSED_TOO_LARGE:
    case REFUSED_BAD_PROFILE: case REFUSED_NO_TABLE: case REFUSED_SEVERAL: case REFUSED_NO_PART: case REFUSED_DAMAGED: case REFUSED_ENCRYPTED:
    case REFUSED_NESTED: case REFUSED_DOCTYPE: case REFUSED_UNPACKED: case REFUSED_TOO_MANY_PARTS: case REFUSED_TOO_MANY_CELLS: case REFUSED_STOPPED: return false;
    }
    return false;
}
