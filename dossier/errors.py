"""The one error family: a code comes in, an HTTP status, an exit code and a sentence that says what to do come out."""

from __future__ import annotations

from dossier.sentences import EXIT_BAD_INPUT as EXIT_BAD_INPUT
from dossier.sentences import EXIT_DAMAGED as EXIT_DAMAGED
from dossier.sentences import EXIT_OK as EXIT_OK
from dossier.sentences import EXIT_REFUSED as EXIT_REFUSED
from dossier.sentences import EXIT_TOOL as EXIT_TOOL
from dossier.sentences import EXIT_USAGE as EXIT_USAGE
from dossier.sentences import FILES, RULES_AND_SEARCH, STATIONS, Sentence
from dossier.sentences import bad as _bad
from dossier.sentences import refused as _refused

SENTENCES: dict[str, Sentence] = {
    **FILES,
    **STATIONS,
    **RULES_AND_SEARCH,
    # records
    "case_unknown": _bad(
        "没有案号为 {case_no} 的案件。请核对案号，或先导入案件。",
        "There is no case {case_no}. Check the number or import the case first.",
        404,
    ),
    "case_archived": _refused(
        "案件 {case_no} 已归档，不再接收材料、变更事件。请联系档案管理部门办理。",
        "Case {case_no} is archived: it takes no more papers, and its events stay. Ask the records office.",
    ),
    "case_no_bad": _bad(
        "案号 {case_no} 的格式不对，应如（2026）豫9924执118号。",
        "The case number {case_no} is malformed; it should look like （2026）豫9924执118号.",
    ),
    "case_import_bad": _bad(
        "案件导入文件第 {line} 行有误：{what}。改正后重新导入，未导入任何案件。",
        "Line {line} of the case file is wrong: {what_en}. Correct it and import again; nothing was imported.",
    ),
    "event_import_bad": _bad(
        "事件文件第 {line} 行有误：{what}。改正后重新导入，未导入任何事件。",
        "Line {line} of the event file is wrong: {what_en}. Correct it and import again; nothing was imported.",
    ),
    "rule_unknown": _bad(
        "没有名为 {rule} 的规则。规则代码见 check --json 的 rule，或 rules show。",
        "There is no rule {rule}. See check --json, or rules show.",
        404,
    ),
    "rule_unnamed": _bad(
        "规则中没有叫“{rule}”的节点、材料类型、期限或其他条目。{near}。",
        "Nothing in the rules is called {rule}. Near to it, or how to list all: {near}.",
        404,
    ),
    "rule_ambiguous": _bad("“{rule}”可以指：{ids}。请写其中一个代码。", "{rule} may mean several: {ids}. Write one of the ids.", 409),
    "waiver_refused": _refused(
        "{target} 不是可以免除的规则、节点或材料。案号、结案方式、结案日期不得免除。",
        "{target} is no rule, step or paper that may be waived.",
    ),
    "waiver_unknown": _bad("本案没有免除过 {target}。", "Nothing called {target} was waived in this case.", 404),
    "party_unknown": _bad("本案没有名为 {name} 的当事人。", "This case has no party {name}."),
    "anchor_unknown": _bad(
        "没有名为 {anchor} 的事件类型。可用的类型见 rules show anchors。", "There is no event type {anchor}. See rules show anchors."
    ),
    "event_unknown": _bad("本案在 {day} 没有登记过事件 {anchor}。", "No event {anchor} of {day} is recorded in this case.", 404),
    "date_bad": _bad(
        "日期 {value} 不能用。请核对后重填，写法如 2026-03-01。", "The date {value} cannot be used. Check it, and write it as 2026-03-01."
    ),
    "team_unknown": _bad("没有名为 {name} 的团队。请先导入案件或登记团队。", "There is no team {name}."),
    "submission_unknown": _bad("没有回执号为 {receipt} 的移送。请核对回执号。", "There is no hand-over with receipt {receipt}.", 404),
    "document_unknown": _bad("这次移送中没有第 {number} 份材料。", "This hand-over has no document {number}.", 404),
    "page_unknown": _bad("没有这一页，或您无权查看。", "There is no such page, or you may not see it.", 404),
    "page_unread": _refused(
        "有页面尚未识别完，或一次超过 {most} 页，不能复制。请稍后再试，或分件下载。",
        "Some pages are not read yet, or there are more than {most}. Try again later, or take the documents one by one.",
    ),
    "type_unknown": _bad("没有代码为 {type} 的材料类型。", "There is no document type {type}."),
    "type_missing": _refused(
        "第 {number} 份材料尚未确定类型。请先选定材料类型，再签收。",
        "Document {number} has no type yet. Choose its type before signing for it.",
    ),
    "blocking_findings": _refused(
        "第 {number} 份材料有须改正的问题，不能签收。请改正后重新移送，或报请局长决定。",
        "Document {number} has findings that forbid signing for it. Have it corrected, or ask for a ruling.",
    ),
    "dispute_not_provided": _refused(
        "本院规则没有设争议程序。请按修改意见补正后再次移送。",
        "The court's rules provide for no dispute. Mend the papers and hand them over again.",
    ),
    "reason_missing": _bad("请写明理由。", "Give a reason."),
    "sort_impossible": _refused("不能这样整理：{what}。", "The papers cannot be put in order like this: {what_en}."),
    "nothing_chosen": _refused(
        "没有选出要签收的材料。请至少勾选一件；要全部退回的，请用“不予签收”。",
        "No document is chosen. Tick at least one; to send all of them back, refuse the hand-over.",
    ),
    "nothing_to_sign": _refused(
        "没有可以签收的材料：都已移至他案或列为不归档。请以“不予签收”结束本次移送，并写明材料的去向。",
        "There is nothing to sign for: every paper was moved to another case or set aside. Refuse the hand-over and say where its papers went.",
    ),
    "nothing_to_undo": _refused("没有可以撤销的整理。", "There is nothing to undo."),
    "undo_stale": _refused(
        "此后情况已有变化，不能再撤销这一步。请刷新后按现状整理。",
        "Something else has happened since, so this cannot be undone. Reload and go on from there.",
    ),
    "changed_meanwhile": _refused("这次移送刚被改动过，上一步没有执行。请看过再操作。", "Changed meanwhile, so not done. Look again."),
    "still_working": _refused("系统仍在识别或入卷，请稍候再试。", "Pages are still being read or placed. Try again in a moment."),
    "volume_frozen": _refused(
        "案件 {case_no} 的卷宗已固化或归档，不能再撤回或移出材料。",
        "The dossier of {case_no} is frozen or archived; nothing leaves it any more.",
    ),
    "part_missing": _bad(
        "文件的一部分还没有传到。请重新移送，已传的部分不会再传。",
        "Part of the file has not arrived. Send it again; what is here is not sent twice.",
    ),
    "part_damaged": _bad("传输中有损坏，这一段未被接收。请重试。", "This part was damaged on its way. Send it again.", 422),
    "parts_full": _refused(
        "已传而未移送的文件超过 {limit} MB 或 {most} 段。请先移送已选的文件。",
        "More than {limit} MB or {most} parts wait. Hand over what was chosen first.",
        413,
    ),
    "not_handed_over": _refused(
        "{receipt} 的材料还没有移送，没有回执可打印。请先移送。",
        "The papers of {receipt} are not handed over yet, so there is no receipt to print.",
    ),
    "nothing_refused": _refused(
        "回执 {receipt} 没有不予签收的材料，没有可打印的意见。", "Nothing of {receipt} was refused, so there is no notice to print."
    ),
    "rescan_one_page": _bad("重扫一页只能用只有一页的文件。请单独扫描这一页。", "A page is scanned again with a file of one page."),
    "move_refused": _refused(
        "{machine}当前状态为“{state}”，不能{act}。请刷新后再操作。",
        "The {machine_en} is {state}; it cannot {act_en} from there. Reload and try again.",
    ),
    "raced": _refused("{who} 刚刚已处理了这项事务。请刷新查看结果。", "{who} has just decided this. Reload to see the result."),
    "refused_not_resolved": _refused(
        "原移送 {receipt} 并未被退回，不能作为再次移送的来源。", "Hand-over {receipt} was not refused, so it cannot be handed over again."
    ),
    "volume_empty": _bad(
        "案件 {case_no} 还没有入卷材料，无法导出。", "Case {case_no} has nothing placed yet, so there is nothing to export.", 404
    ),
    "export_failed": Sentence(
        500,
        EXIT_DAMAGED,
        "卷宗未能导出：{what}。没有留下不完整的文件；请联系管理员。",
        "The volume could not be bound: {what}. No partial file was left; ask an administrator.",
    ),
    # paper
    "loan_unknown": _bad("没有编号为 {loan_no} 的借阅。请核对编号。", "There is no loan {loan_no}. Check the number.", 404),
    "loan_kind_bad": _refused("{kind}不能{act}。请按这次登记的种类办理。", "A loan of this kind ({kind}) has no act {act}."),
    "loan_until_bad": _bad(
        "约定归还日 {value} 不对：不得早于今天，延期须晚于原约定日。",
        "The agreed day {value} is wrong: not before today, and later than the old one.",
    ),
    "loan_empty": _bad("没有选定任何一张。请至少选定一份材料或一页。", "Nothing was chosen. Choose at least one paper or page."),
    "own_loan": _refused(
        "不能批准、发放或清点自己申请的借阅。请由他人办理。",
        "Nobody approves, hands out or checks in a loan that they asked for. Someone else does.",
        403,
    ),
    "sheet_out": _refused(
        "第 {pages} 页已由{borrower}借出（{loan_no}），不能再次发放。请先催还，或只借其余材料。",
        "Pages {pages} are out already on {loan_no} ({borrower}). Have them back first, or lend the others only.",
    ),
    "count_differs": _refused(
        "清点为 {counted} 张，应为 {listed} 张，未登记。请重新清点；确有缺张的，注明缺哪几页。",
        "{counted} sheets were counted where {listed} are listed; nothing was recorded. Count again, or name the missing pages.",
    ),
    "paper_page_unknown": _bad(
        "第 {pages} 页不在可办的范围内：没有这一页，或它现在不在这里。请核对页码。",
        "Pages {pages} are not among those that this is about. Check the numbers.",
    ),
    "paper_none": _bad(
        "案件 {case_no} 的{volume}还没有纸质材料。材料签收入卷后才能借阅。", "The {volume} of case {case_no} has no paper yet.", 404
    ),
    "paper_not_here": _refused(
        "案件 {case_no} 已固化或归档，纸质卷宗不再由卷宗管理中心借出。请向档案管理部门借阅，或先解除固化。",
        "Case {case_no} is frozen or archived; its paper is no longer lent here. Ask the records office, or thaw the case first.",
    ),
    "paper_kept_elsewhere": _refused(
        "按本院规则，纸质原件由{keeper}保管，不由卷宗管理中心借出。请向保管人借阅。",
        "By this court's rules the paper is kept by {keeper}, not here. Ask them.",
    ),
    "paper_out": _refused(
        "案件 {case_no} 尚有 {count} 张纸质卷宗没有归还（{loans}），不能归档。请先催还。",
        "{count} sheets of case {case_no} are still out ({loans}); it cannot be archived. Have them back first.",
    ),
    "text_bad": _bad(
        "“{field}”为空、过长，或含有看不见的控制字符。请改写。",
        "“{field}” is empty, too long, or has invisible control characters. Write it anew.",
    ),
    # closing review
    "review_unknown": _bad(
        "案件 {case_no} 没有报结，没有可审核的内容。请由办案团队先报结。",
        "Case {case_no} was not submitted for closing. Its team submits it first.",
        404,
    ),
    "review_open": _refused(
        "案件 {case_no} 已在结案审核中。请等待审核结果，或先撤回。",
        "Case {case_no} is under closing review already. Wait for the outcome or withdraw it.",
    ),
    "closing_bad": _bad(
        "报结信息有误：{what}。请改正后重新报结。", "What was stated for the closing is wrong: {what_en}. Correct it and submit again."
    ),
    "own_review": _refused(
        "不能审核自己报结的案件。请由另一名审核员办理。", "Nobody reviews a closing that they submitted. Another person does.", 403
    ),
    "second_key": _refused(
        "您已在本案审核中签署过意见，另一把钥匙须由另一人签署。",
        "You have given an opinion in this review already; each key is turned by a different person.",
        403,
    ),
    "raise_refused": _refused(
        "本案不适用提级审核（只适用于终本、终结案件，并须本院规则允许）。",
        "This case is not raised: only 终本 and 终结 cases are, where the court's rules say so.",
    ),
    "sample_unknown": _bad("没有编号为 {number} 的评查抽样。", "There is no sample {number}.", 404),
    "sample_bad": _bad("抽样条件有误：{what}。", "The sample cannot be drawn: {what_en}."),
    "score_bad": _bad("评查意见有误：{what}。", "The score sheet is wrong: {what_en}."),
    # people
    "not_allowed": _refused(
        "您没有权限进行此操作。如确有需要，请联系管理员。", "You may not do this. Ask an administrator if you need to.", 403
    ),
    "own_submission": _refused(
        "不能签收自己移送的材料。请由卷宗管理员办理。", "Nobody signs for papers that they handed over. A dossier clerk does.", 403
    ),
    "own_dispute": _refused(
        "您是这项争议的一方（移送、退回或提出异议），不能由您作出决定。请由另一位有权的人决定。",
        "You handed these papers over, refused them or raised the dispute. Somebody else rules on it.",
        403,
    ),
    "sign_in_failed": Sentence(401, EXIT_REFUSED, "用户名或密码不对。", "User name or password is wrong."),
    "sso_failed": Sentence(
        401,
        EXIT_REFUSED,
        "统一认证未成功（{what}）。请重试，或用密码登录。",
        "The identity service did not sign you in ({what}). Try again, or use your password.",
    ),
    "sso_unknown": Sentence(
        403,
        EXIT_REFUSED,
        "统一认证账号 {login} 在本系统没有可用的账号。请联系系统管理员。",
        "{login} has no open account here. Ask a system administrator.",
    ),
    "sso_administrator": Sentence(
        403,
        EXIT_REFUSED,
        "{login} 是系统管理员、安全管理员或审计员，不能用统一认证登录。请用本系统的密码登录。",
        "{login} is one of the three administrators, for whom the identity service does not vouch. Sign in with the password here.",
    ),
    "user_unknown": _bad("没有名为 {name} 的用户。", "There is no user {name}.", 404),
    "user_exists": _bad("用户 {name} 已存在。", "User {name} exists already.", 409),
    "role_unknown": _bad("没有名为 {role} 的角色。可用角色：{roles}。", "There is no role {role}. Roles: {roles}."),
    "token_bad": _bad("令牌无法建立：{what}。", "The token cannot be made: give a purpose, known scopes, and 1 to 365 days."),
    "token_unknown": _bad("没有编号为 {number} 的令牌。", "There is no token {number}.", 404),
    "login_bad": _bad(
        "用户名 {login} 不能用：2 至 40 个字母、数字或 . _ - @。", "The user name {login} will not do: 2 to 40 letters, digits or . _ - @."
    ),
    "own_account": _refused(
        "不能给自己授权，也不能处理自己的账号。请由另一位管理员办理。",
        "Nobody grants to themselves or keeps their own account. Ask another administrator.",
        403,
    ),
    "roles_conflict": _refused(
        "{first}不能同时担任{second}。系统管理员、安全管理员、审计员须由不同的人担任，且不得兼任业务角色。",
        "One person cannot be both: the three administrators are three people, and none of them works on cases.",
    ),
    "substitute_bad": _refused("代理无法办理：{what}。", "This substitution cannot be made: check the persons and the days."),
    "password_weak": _bad("密码不合要求：{rule}。请另换一个。", "The password does not meet the policy of this court. Choose another."),
    "password_same": _bad("新密码不能与原密码相同。", "The new password is the old one."),
    "passwords_differ": _bad("两次输入的新密码不一致。", "The two new passwords are not the same."),
    "directory_down": Sentence(
        503,
        EXIT_TOOL,
        "法院目录暂时无法核对密码。请稍后再试，或告知系统管理员（原因见系统日志）；三员仍可用本系统的密码登录。",
        "The court's directory cannot check passwords now. Try again later, or tell the system administrator (the log says why); the three administrators still sign in with their passwords here.",
    ),
    "directory_unset": _bad(
        "没有设置法院目录。请先设置 DOSSIER_LDAP_URL。", "No directory of the court is set. Set DOSSIER_LDAP_URL first.", 409
    ),
    "password_elsewhere": _refused(
        "{login} 的密码由法院目录保管，请在那里修改。", "The court's directory keeps the password of {login}. Change it there."
    ),
    "too_many_tries": _refused(
        "登录失败次数过多。请在 {minutes} 分钟后再试。", "Too many failed sign-ins. Try again in {minutes} minutes.", 429
    ),
    "signed_out": Sentence(401, EXIT_REFUSED, "尚未登录或登录已过期。请登录。", "You are not signed in, or no longer. Sign in."),
    "second_factor": _refused("请输入手机上的动态口令。", "Enter the one-time code of your phone first.", 403),
    "enrol_factor": _refused("您的权限须用动态口令登录。请先绑定动态口令。", "Your roles need a second factor. Set it up first.", 403),
    "agreement": _refused(
        "尚未签署保密协议。请先在网页上签署并上传扫描件，再查阅案件。",
        "Sign and upload the confidentiality agreement before you see any case.",
        403,
    ),
    "agreement_unknown": _bad("没有有效的保密协议。", "There is no agreement in force.", 404),
    "factor_wrong": Sentence(
        401,
        EXIT_REFUSED,
        "动态口令不对，或已用过。请等下一个口令再试。",
        "The code is wrong or was used. Wait for the next one and try again.",
    ),
    "must_change": _refused("请先修改初始密码。", "Change your first password before anything else.", 403),
    "csrf": _bad("页面已过期，操作未执行。请刷新页面后重试。", "This page has expired and nothing was done. Reload it and try again."),
    "too_large": _bad("移送的文件合计超过 {limit} MB。请分几次移送。", "The hand-over exceeds {limit} MB. Split it.", 413),
    "not_found": _bad("没有这个页面，或您无权查看。", "There is no such page, or you may not see it.", 404),
    # machine
    "damaged": Sentence(
        500,
        EXIT_DAMAGED,
        "存储中有损坏或无法核验的内容：{what}。请立即联系管理员，不要删除任何文件。",
        "Stored bytes are damaged or could not be checked: {what}. Call an administrator; delete nothing.",
    ),
    "tool_missing": Sentence(
        503, EXIT_TOOL, "缺少必需的程序或模型：{what}。请运行 bin/setup。", "A program or model is missing: {what}. Run bin/setup."
    ),
    "no_space": Sentence(
        507,
        EXIT_BAD_INPUT,
        "存储空间不足，材料未被接收。请腾出空间后重新移送。",
        "The disk is full; nothing was taken. Make room and hand over again.",
    ),
    "not_initialised": Sentence(
        503, EXIT_USAGE, "系统尚未初始化。请先运行 bin/dossier init。", "The system is not set up yet. Run bin/dossier init first."
    ),
    "schema_old": Sentence(
        503,
        EXIT_USAGE,
        "数据库版本较旧。请先运行 bin/dossier init 升级。",
        "The database is of an older version. Run bin/dossier init to upgrade it.",
    ),
    "index_unavailable": Sentence(
        503,
        EXIT_BAD_INPUT,
        "检索库暂不可用，正在重建。请稍后再试；移送不受影响。",
        "The search index is being rebuilt. Try again soon; hand-overs go on.",
    ),
    "key_reused": _bad(
        "这个 Idempotency-Key 已用于另一个请求。请换一个新的键。",
        "This Idempotency-Key stood for another request. Use a new one.",
        409,
    ),
    "key_busy": _bad(
        "带有这个 Idempotency-Key 的请求正在处理。请稍后用同一个键再试。",
        "The request with this Idempotency-Key is being worked on. Try again soon with the same key.",
        409,
    ),
    "bad_request": _bad("请求有误：{what}。", "The request is wrong: {what_en}."),
    "internal": Sentence(
        500, 1, "系统内部错误，编号 {ref}。请把编号告诉管理员。", "Internal error {ref}. Tell the number to an administrator."
    ),
}


class DossierError(Exception):
    """Anything the system refuses or cannot do, by code; raised anywhere in dossier/, told once at each door.

    facts: what the sentences name. what_en says `what` in English; it is left out where `what` is a name that reads alike in both.
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
        self._sentence = SENTENCES[code]

    @property
    def status(self) -> int:
        return self._sentence.status

    @property
    def exit_code(self) -> int:
        return self._sentence.exit

    @property
    def zh(self) -> str:
        return self._sentence.zh.format(**self.facts)

    @property
    def en(self) -> str:
        return self._sentence.en.format(**{"what_en": self.facts.get("what"), **self.facts})

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"

    def as_json(self) -> dict[str, str]:
        """{"code","message","message_en"}: how every door tells this error to a program."""
        return {"code": self.code, "message": self.zh, "message_en": self.en}
