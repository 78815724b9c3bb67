"""How an error is told, and the errors of files, handing them over, rules and search: codes come in, statuses, exit codes and sentences go out."""

from __future__ import annotations

from dataclasses import dataclass

EXIT_OK, EXIT_USAGE, EXIT_BAD_INPUT, EXIT_REFUSED, EXIT_DAMAGED, EXIT_TOOL = 0, 2, 3, 4, 5, 9


@dataclass(frozen=True)
class Sentence:
    """How one code is told: HTTP status, exit code, and what to do, in Chinese and English ({facts} are filled in)."""

    status: int
    exit: int
    zh: str
    en: str


def bad(zh: str, en: str, status: int = 400) -> Sentence:
    """What came in cannot be used; status: HTTP."""
    return Sentence(status, EXIT_BAD_INPUT, zh, en)


def refused(zh: str, en: str, status: int = 409) -> Sentence:
    """A rule, a right or a gate says no; status: HTTP."""
    return Sentence(status, EXIT_REFUSED, zh, en)


FILES: dict[str, Sentence] = {
    # the first ones are the codes of scanners.contract.UNREADABLE_CODES
    "file_empty": bad(
        "文件是空的（0 字节）。请重新扫描或重新导出后再移送。", "The file is empty. Scan or export it again and hand it over again."
    ),
    "file_unsupported": bad(
        "不支持这种文件。请移送 JPEG、PNG、TIFF 或 PDF；压缩包请先解压。",
        "This kind of file is not taken. Hand over JPEG, PNG, TIFF or PDF; unpack archives first.",
        415,
    ),
    "file_not_what_it_says": bad(
        "文件内容与扩展名不符。请确认选对了文件，或重新导出为 PDF、JPEG。",
        "The file is not what its name says. Check that it is the right file, or export it again as PDF or JPEG.",
        415,
    ),
    "file_damaged": bad(
        "文件已损坏或不完整，无法打开。请重新扫描这份材料。", "The file is damaged or cut off. Scan this paper again.", 422
    ),
    "file_encrypted": bad(
        "PDF 设有密码。请取消密码后再移送。", "The PDF asks for a password. Remove the password and hand it over again.", 422
    ),
    "file_no_pages": bad("PDF 里没有页面。请重新导出后再移送。", "The PDF has no pages. Export it again.", 422),
    "page_too_large": bad(
        "页面尺寸过大，无法处理。请按 A3 以内、600 dpi 以内重新扫描。", "A page is too large. Scan it again within A3 at 600 dpi.", 422
    ),
    "file_too_many_pages": bad(
        "一个文件的页数过多。请拆成几个文件移送。", "The file has too many pages. Split it into several files.", 422
    ),
    "page_count_disputed": bad(
        "两种方法数出的页数不一致，为免漏页已隔离该文件。请重新扫描或另存为新的 PDF。",
        "Two parsers count different numbers of pages, so the file is kept out lest a page be lost. Scan it or save the PDF again.",
        422,
    ),
    "file_timeout": bad(
        "文件解析超时，可能已损坏。请重新扫描或另存为新文件。", "The file could not be parsed in time. Scan or save it again.", 422
    ),
    "sandbox_failed": bad(
        "文件无法安全解析。请重新扫描；如仍失败请联系管理员。",
        "The file could not be parsed safely. Scan it again or ask an administrator.",
        422,
    ),
    "file_duplicate": bad(
        "同一文件已在本案移送过（回执 {receipt}），不必重复移送。",
        "The same file was already handed over in this case (receipt {receipt}); it need not be sent twice.",
        409,
    ),
    "file_repeated": bad(
        "同一文件在本次移送中重复，只收一份，不必处理。",
        "The same file is in this hand-over twice; one copy is taken, nothing needs to be done.",
        409,
    ),
    "file_unavailable": bad(
        "无法读取该文件：不存在、是文件夹，或没有读取权限。请核对后再移送。",
        "The file cannot be read: it is not there, is a folder, or may not be read. Check it and hand it over again.",
    ),
    "file_name_bad": bad(
        "文件名含有不允许的字符或过长。请改名后再移送。", "The file name has forbidden characters or is too long. Rename the file."
    ),
    "nothing_accepted": bad(
        "没有任何文件被接收。请按各文件的说明处理后重新移送。", "No file was taken. Follow the note of each file and hand over again.", 422
    ),
    "no_files": bad("没有选择文件。请至少选择一个文件。", "No file was chosen. Choose at least one."),
    "declared_bad": bad(
        '移送清单格式不对。应为 [{{"name": 名称, "pages": 页数}}, …] 的 JSON。',
        'The declared list is not understood. It must be JSON: [{{"name": ..., "pages": ...}}, ...].',
    ),
    "separators_none": bad(
        "没有选择要打印的分隔页或封页，或一次超过 {most} 张。请写明种类和张数。",
        "No separator or cover was chosen, or more than {most} at once. Say which and how many.",
    ),
    "node_unknown": bad(
        "本案适用的规则中没有节点 {node}。请从列出的节点中选择。", "The rules of this case have no step {node}. Choose a listed one."
    ),
    "announcement_unknown": bad(
        "没有编号为 {number} 的稍后移送。请核对编号。", "There is no announced paper {number}. Check the number.", 404
    ),
    "announcement_bad": bad(
        "稍后移送不能登记：{what}。请改正后重新登记。",
        "The announcement cannot be made: name what comes, 1 to 5000 sheets, and a day from today on.",
    ),
    "reader_failed": Sentence(
        500,
        EXIT_BAD_INPUT,
        "识别程序未能读出这个文件。请重试；如仍失败请联系管理员。",
        "The reading engine could not read this file. Try again; if it fails again, ask an administrator.",
    ),
}

STATIONS: dict[str, Sentence] = {
    "stack_name_bad": bad(
        "文件夹名“{name}”不是以案号开头。请改成案号，如（2026）豫9924执118号，后面可加说明文字；或在最上面放一张本案的封页一起扫描。",
        "The folder name {name} does not begin with a case number, such as （2026）豫9924执118号, and no cover sheet lies on top.",
    ),
    "stack_link": bad("里面有快捷方式（符号链接）。请放文件本身。", "There is a link in it. Put the files themselves there."),
    "stack_folder": bad(
        "里面还有文件夹或不是文件的东西。一叠材料的文件请直接放在案号文件夹里。",
        "There is a folder in it. Put the files right into the stack's folder.",
    ),
    "stack_empty": bad(
        "里面没有文件。请放入扫描件后再标“完成”。", "There are no files in it. Put the scans there before it is marked as done."
    ),
    "station_unknown": bad(
        "没有为扫描站“{station}”设立账号。请系统管理员建一个登录名或姓名为“{station}”的账号，安全管理员授予“扫描站账号”并指定团队。",
        "There is no account for the station {station}: one with the role station whose login or name is that of the folder, and a team.",
        404,
    ),
    "station_other_team": refused(
        "案件 {case_no} 不属于扫描站“{station}”所在的团队。请放到该团队的扫描站，或由卷宗管理员在网页上移送。",
        "Case {case_no} is not of the team of station {station}. Use that team's station, or hand it over on the page.",
        403,
    ),
}

RULES_AND_SEARCH: dict[str, Sentence] = {
    "rules_broken": bad("规则文件有误：{what}。请按提示改正。", "The rule files are wrong: {what}."),
    "profile_unknown": bad("没有名为 {profile} 的法院规则。", "There is no profile {profile}."),
    "rules_import_bad": bad(
        "节点目录未导入：{what}。改正后重新导入。", "The node catalogue was not imported: {what}. Mend it and import it again."
    ),
    "rules_version_exists": refused(
        "{profile} 自 {day} 起施行的版本已在使用，不能改写。请用另一个施行日期导入。",
        "The version of {profile} in force from {day} is in use and is never changed. Import with another day.",
    ),
    "weights_name": bad(
        "“{version}”不能作版本名：只用字母、数字、点和短横，40 个字符以内。",
        "{version} is no name for a version: letters, digits, dots and hyphens only, 40 at most.",
    ),
    "weights_exist": refused(
        "版本 {version} 已存在，不能改写。请换一个名称。",
        "There is a version {version} already and it is never changed. Take another name.",
    ),
    "weights_unknown": bad("没有版本 {version}。现有：{versions}。", "There is no version {version}. There are: {versions}."),
    "rules_apart": bad(
        "这个版本的规则没有该案所用的“{what}”，不能试核。请换一个版本。",
        "That version does not know “{what}” of this case. Try another version.",
    ),
    "export_unknown": bad("没有编号为 {number} 的回传消息。请核对编号。", "There is no export message {number}. Check the number.", 404),
    "job_unknown": bad("没有放弃的任务 {number}。请刷新页面再看。", "There is no given-up job {number}. Reload the page.", 404),
    "job_final": refused(
        "“{step}”放弃后，有关各页已列为须人工查看，不再重试。请补扫或重新移送。",
        "A given-up step “{step}” left its pages to a person's eyes and is not tried again. Scan them again or hand them over anew.",
    ),
    "holidays_bad": bad("节假日文件有误：{what}。", "The holiday file is wrong: {what}."),
    "query_empty": bad("请输入要检索的词。", "Type what to search for."),
    "query_bad": bad("检索式有误：{what}。", "The query is not understood: {what_en}."),
    "gate_blocked": refused(
        "{gate}核查未通过：有 {count} 项须先补正。", "The {gate} gate is closed: {count} findings must be mended first."
    ),
}
