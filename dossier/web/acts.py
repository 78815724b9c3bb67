"""What the ledger's actions are called: an action's code comes in, its Chinese name goes out, or the code itself when it has none."""

from __future__ import annotations

from typing import Final

# Told on a person's page, too.
OF_PEOPLE: Final = {
    "user.agreement": "上传保密协议", "user.agreement.void": "作废保密协议", "user.agreement.read": "查看保密协议",
    "user.token.add": "新建令牌", "user.token.revoke": "撤销令牌",
    "sign_in": "登录", "sign_in.failed": "登录失败", "sign_in.locked": "登录失败，暂停尝试", "sign_in.unjudged": "目录不可用，未能登录",
    "sign_out": "退出", "user.add": "新建账号",
    "user.grant": "授权", "user.disable": "停用", "user.enable": "启用", "user.passwd": "改密码", "user.team": "调整团队", "user.mail": "登记邮箱",
    "user.language": "选择界面语言",
    "user.substitute": "指定代理", "user.factor.enrol": "绑定动态口令", "user.factor.code": "动态口令通过",
    "user.factor.recovery": "使用恢复码", "user.factor.failed": "动态口令不对", "user.factor.renew": "更换动态口令",
    "user.factor.reset": "解除动态口令", "user.substitute.end": "结束代理", "user.substitute.begin": "代理人开始代理",
}  # fmt: skip
_OTHERS: Final = {
    "case.created": "登记案件", "case.updated": "更改案件", "case.unchanged": "案件无变化", "case.event": "登记事件", "case.read": "查看案件",
    "case.check": "核查缺材料", "case.explain": "查看理由", "case.waive": "免除要求", "case.waiver_withdrawn": "撤回免除",
    "case.event_withdrawn": "撤销事件", "case.rebase": "改用新版规则", "case.review_form": "查看复核表",
    "submission.receive": "移送", "submission.read": "查看移送", "submission.classify": "归类", "submission.check": "核查移送",
    "submission.sign": "签收", "submission.refuse": "不予签收", "submission.dispute": "提出争议", "submission.rule": "局长决定",
    "submission.hand_over": "查看后移送", "submission.drop": "查看后不移送", "submission.ruling_paper": "局长决定入卷",
    "submission.retype": "改定类型", "submission.take_back": "撤回签收", "submission.transfer": "移至所属案件", "submission.undo": "撤销整理",
    "submission.split": "拆分", "submission.merge": "合并", "submission.move": "移页", "submission.rotate": "转动", "submission.rescan": "重扫",
    "file.split": "分页", "file.unreadable": "文件无法分页", "page.unreadable": "页面无法识别", "page.read": "查看页面",
    "page.copy": "打印带水印的复制件", "document.read": "查看材料经过", "search": "检索",
    "separator.print": "打印分隔页",
    "announcement.make": "登记稍后移送", "announcement.arrive": "登记送达", "announcement.undo": "撤销送达登记", "announcement.link": "关联扫描件",
    "announcement.withdraw": "撤回稍后移送", "announcement.slip": "打印稍后移送单",
    "volume.place": "入卷", "volume.export": "导出卷宗", "paper.move": "调整实物位置", "paper.backs": "登记背面",
    "loan.ask": "申请借阅", "loan.approve": "批准借阅", "loan.refuse": "不批准借阅", "loan.hand_out": "借出", "loan.return": "归还登记",
    "loan.end_reason": "借阅事由结束", "loan.extend": "续借", "loan.copy": "复制", "loan.withdraw": "撤回借阅", "loan.read": "查看借阅",
    "loan.list": "列出借阅", "loan.register": "查看登记簿", "loan.figures": "查看借阅统计", "loan.slip": "打印借阅单",
    "review.submit": "报结", "review.pass_preaudit": "终本预审核通过", "review.pass_substantive": "实体审核通过",
    "review.pass_procedural": "程序审核通过", "review.pass_raised": "提级审核通过", "review.approve": "准予结案",
    "review.return": "退回报结", "review.withdraw": "撤回报结", "review.read": "查看结案审核",
    "sample.draw": "评查抽样", "sample.score": "评查打分", "sample.read": "查看评查",
    "figures.overdue": "查看超期节点表", "figures.returns": "查看退回统计", "figures.intake": "查看收件统计",
    "station.refuse": "扫描站退回", "station.settle": "扫描站收下",
    "export.queue": "形成回传消息", "export.send": "回传", "export.confirm": "回传被确认", "export.reject": "回传被拒收", "export.give_up": "回传失败",
    "export.retry": "重发回传", "export.show": "查看回传消息",
    "notice.read": "查看通知", "notice.send": "发送通知", "notice.retry": "重发通知",
    "ledger.read": "查看操作日志", "verify": "核验", "jobs.retry": "任务放回队列", "holidays.import": "导入节假日", "rules.import": "导入节点目录",
    "rules.trial": "试核", "learned.train": "学习识别权重", "learned.use": "启用识别权重", "team.add": "新建团队",
}  # fmt: skip
NAMES: Final = OF_PEOPLE | _OTHERS


def name_of(action: str) -> str:
    """The name, or the code."""
    return NAMES.get(action, action)
