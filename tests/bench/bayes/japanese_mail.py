"""japanese_mail: Japanese spam and ham, made up by a generator.

No set of Japanese mail is free to ship, so this one is made, and made so that a
filter has to read the text: senders, hosts, mailers, times and charsets are drawn
alike for both kinds. Every message mixes sentences of its own topic with what
all mail has (greetings, signatures) and, now and then, with a sentence of the
other kind: newsletters speak of prices and presents, phishing of orders and
parcels. Sentences are put together from parts, so that few are the same.

What it cannot show: real senders' habits, and how spam changes with time.
"""

from __future__ import annotations

import random
import sys
from base64 import b64encode
from collections.abc import Iterator
from quopri import encodestring
from types import ModuleType

from tests.bench.bayes import japanese_held_out

COMMON = (
    "[いつもお世話になっております|お世話になります|お疲れさまです|こんにちは]。",
    "[よろしくお願いいたします|どうぞよろしくお願いします|以上、よろしくお願いします]。",
    "[ご不明な点|ご質問|何か]がございましたら[ご連絡ください|お知らせください]。",
    "このメールは[送信専用|自動配信]です。[ご返信はできません|返信なさらないでください]。",
    "[先日|昨日|先週]は[ありがとうございました|失礼いたしました]。",
    "[お手数|ご面倒]を[おかけしますが|おかけいたしますが]、[ご確認ください|よろしくお願いします]。",
    "[詳しく|詳細]は[こちら|下記|次のページ]を[ご覧ください|ご確認ください]。 https://{host}/{n}",
    "[本日|今日|明日]は[雨|晴れ|寒い]ようです[ね|]。",
    "[今後とも|引き続き]よろしくお願いいたします。",
    "[件名|表題]の[件|こと]で[ご連絡|お知らせ]いたします。",
)
HAM = {
    "会議": (
        "[会議|打ち合わせ|定例]は[月曜|火曜|水曜|木曜|金曜]の{h}時から[第一会議室|三階|オンライン]で行います。",
        "[議事録|資料|配布物]を[添付|共有]しました。[目を通して|確認して]おいてください。",
        "[来週|再来週]の[予定|日程]を[調整|確認]させてください。",
        "[田中|鈴木|佐藤|高橋]さんの[出張|報告|担当分]は[来月|次回]に回します。",
        "[見積|予算|稟議]は[部長|課長|経理]の[承認|確認]待ちです。",
    ),
    "家族": (
        "[お母さん|父|姉|おばあちゃん]は[元気|相変わらず]です。[庭の柿|猫|畑]が[楽しみ|自慢]だそうです。",
        "[お正月|お盆|連休]は[帰れそう|帰省できる]？[新幹線|電車]は早めにとってね。",
        "[写真|動画]を[送るね|見てね]。[運動会|入学式|遠足]のときのです。",
        "[晩ごはん|夕飯]は[カレー|鍋|焼き魚]にします。[牛乳|卵|ねぎ]を買ってきて。",
        "[風邪|熱]は[下がった|治った]よ。[心配|連絡]ありがとう。",
    ),
    "開発": (
        "[パッチ|変更|修正]を[見ました|試しました]。[テスト|ビルド]が[通りません|失敗します]。",
        "[関数|変数|引数]の[名前|型]を[直した|変えた]ほうが[読みやすい|安全]だと思います。",
        "[再現手順|ログ|環境]を[教えて|貼って]ください。バージョンは{n}です。",
        "[メモリ|ディスク|キャッシュ]が[足りない|増え続ける]のは[設定|不具合]のせいです。",
        "[次の版|安定版]は[来月|来週]に[出す|公開する]予定です。",
    ),
    "注文": (
        "ご注文[番号|の番号]は{n}です。[商品|本|部品]は[明日|{d}日]に[発送|出荷]いたします。",
        "[送料|消費税|小計]は{n}円、お支払いは[代金引換|銀行振込|カード]です。",
        "[領収書|納品書]は[同封|別送]いたします。[ご注文|お買い上げ]ありがとうございました。",
        "[在庫|入荷]の都合で[お届け|発送]が[遅れます|延びます]。[申し訳ございません|お待ちください]。",
        "[配達|お届け]の[時間帯|日時]の変更は[営業所|お客様窓口]へどうぞ。",
    ),
    "便り": (
        "[今月|今週]の[特集|新着]は[京都|北海道|温泉|紅葉]の[旅|歩き方]です。",
        "[会員|読者]の皆さまに[割引|優待]の[券|案内]をお送りします。",
        "[新刊|新製品|講座]の[ご案内|お知らせ]です。[配信停止|登録解除]は末尾から。",
        "[抽選|プレゼント]の[応募|締め切り]は{d}日です。[当選|発表]は発送をもってかえます。",
        "[編集|店長]の[ひとこと|あとがき]：[桜|金木犀|初雪]の季節になりました。",
    ),
    "学校": (
        "[保護者会|授業参観|面談]は{d}日の{h}時からです。[上履き|名札]をお持ちください。",
        "[給食|体操服|教材]の[費用|代金]は[口座|集金袋]から[引き落とし|集め]ます。",
        "[台風|大雪|警報]のときは[休校|下校]の[連絡|判断]を{h}時にします。",
        "[図書|飼育|保健]委員の[当番|係]を[決めます|お願いします]。",
    ),
}
SPAM = {
    "偽銀行": (
        "お客様の[口座|カード|アカウント]の[利用|取引]を[一時停止|制限]いたしました。",
        "[不正な|第三者による|異常な][ログイン|アクセス|取引]を[検知|確認]しました。",
        "{h}時間以内に[本人確認|情報の更新|認証]が[ない場合|されない場合]、[永久に停止|解約]されます。",
        "[暗証番号|パスワード|個人情報]を[再登録|更新|入力]してください。 http://{host}/login",
        "[セキュリティ|安全]の[強化|向上]のため[お手続き|再認証]をお願いします。",
    ),
    "偽通販": (
        "お支払い方法に[問題|不備]があり、ご注文を[保留|確認]できません。",
        "[会員資格|プライム]の[更新|継続]に[失敗|問題]がありました。[カード|決済]情報を更新してください。",
        "お荷物を[お届け|配達]に伺いましたが[不在|宛先不明]のため持ち帰りました。[再配達|確認]は http://{host}/",
        "[異常|不審]な[購入|注文]{n}円が[確認|検出]されました。[キャンセル|取消]はこちら。",
    ),
    "副業": (
        "[在宅|スマホ|副業]で[月収|日給|毎月]{n}万円[稼げる|の収入]。[初心者|未経験]でも[安心|簡単]。",
        "[誰でも|たった三分で|コピペだけで][稼ぐ|収入が増える][方法|秘密]を[無料|限定]公開。",
        "[先着|限定]{d}名様。[今すぐ|急いで][登録|参加]してください。 http://{host}/?id={n}",
        "[投資|仮想通貨|副収入]の[必勝|極秘][情報|ツール]を[特別|無料]で[配布|差し上げます]。",
    ),
    "出会い": (
        "[寂しい|暇な][人妻|女の子|私]が[返事|連絡]を待っています。",
        "[今夜|すぐに][会える|遊べる][相手|方]を[探して|希望して]います。[完全無料|秘密厳守]。",
        "[逆援助|高額謝礼]{n}万円を[お渡し|お支払い]します。[連絡先|口座]を教えてください。",
        "[写真|プロフィール]は[こちら|サイト]で[見てね|公開中]。 http://{host}/{n}",
    ),
    "当選": (
        "おめでとうございます！[賞金|現金|商品券]{n}万円が[当選|確定]しました。",
        "[受け取り|受取]の[期限|手続き]は[本日|明日]までです。[手数料|振込先]をご確認ください。",
        "[未納|滞納][料金|利用料]{n}円の[お支払い|ご入金]が[ない場合|確認できない場合][法的手続き|訴訟]に移ります。",
        "[最終通告|重要なお知らせ]：[退会|解約]は[至急|本日中に]ご連絡ください。",
    ),
    "薬": (
        "[正規品|海外直送]の[精力剤|サプリ|ダイエット薬]が[最安|激安|特価]{n}円。",
        "[飲むだけ|塗るだけ]で[痩せる|若返る|増える]。[効果|満足度]{d}％。",
        "[送料無料|匿名配送|処方箋不要]で[お届け|発送]します。[ご注文|購入]は http://{host}/",
        "[ブランド|時計|財布]の[コピー|スーパーコピー]専門店。[品質|激安]保証。",
    ),
}
SUBJECTS = ("Re: {t}", "{t}", "{t}", "{t}[について|の件|のお知らせ]", "【{t}】[ご確認|ご連絡]")
PEOPLE = ("sato", "suzuki", "tanaka", "info", "yamada", "mail", "news", "kato", "support", "m-ito")
HOSTS = tuple(
    f"{name}.example"
    for name in ["aoi", "haru", "kaze", "mori", "nami", "sora", "tsuki", "umi", "yama", "yuki"]
)
MAILERS = ("Thunderbird", "Becky! ver. 2.75", "Microsoft Outlook 16.0", "iPhone Mail (19H12)")
CHARSETS = ("iso-2022-jp", "utf-8", "utf-8", "shift_jis")
OTHER_KIND = 0.3
"""Of the messages, those with a sentence from a topic of the other kind."""


def messages(
    count: int, spam_share: float = 0.4, seed: int = 16, held_out: bool = False
) -> Iterator[tuple[bytes, bool]]:
    """`count` messages in order of time, and whether each is spam.

    `held_out`: of the sentences on which nothing was tuned.
    """
    draw = random.Random(seed)
    pools = japanese_held_out if held_out else sys.modules[__name__]
    for number in range(count):
        is_spam = draw.random() < spam_share
        yield _message(draw, number, is_spam, pools), is_spam


def _message(draw: random.Random, number: int, is_spam: bool, pools: ModuleType) -> bytes:
    own, other = (pools.SPAM, pools.HAM) if is_spam else (pools.HAM, pools.SPAM)
    topic = draw.choice(list(own))
    sentences = [_sentence(draw, own[topic]) for _ in range(draw.randint(2, 4))]
    sentences += [_sentence(draw, pools.COMMON) for _ in range(draw.randint(1, 5))]
    if draw.random() < OTHER_KIND:
        sentences.append(_sentence(draw, other[draw.choice(list(other))]))
    draw.shuffle(sentences)
    pattern = _filled(draw, draw.choice(pools.SUBJECTS))
    subject = pattern.replace("{t}", _subject(draw, own[topic], pools.COMMON[7:]))
    return _written(draw, number, subject, "\n".join(sentences))


def _subject(draw: random.Random, own: tuple[str, ...], others: tuple[str, ...]) -> str:
    pool = others if draw.random() < 0.4 else own
    return _sentence(draw, pool).partition("。")[0].partition(" ")[0][:24]


def _sentence(draw: random.Random, pool: tuple[str, ...]) -> str:
    return _filled(draw, draw.choice(pool))


def _filled(draw: random.Random, text: str) -> str:
    """`[a|b]` is one of the two; `{n}` and its like are numbers and hosts."""
    while "[" in text:
        before, _, rest = text.partition("[")
        inside, _, behind = rest.partition("]")
        text = before + draw.choice(inside.split("|")) + behind
    numbers = {
        "{n}": draw.randint(10, 99999),
        "{d}": draw.randint(1, 28),
        "{h}": draw.randint(8, 24),
    }
    for name, number in numbers.items():
        text = text.replace(name, str(number))
    return text.replace("{host}", draw.choice(HOSTS))


def _written(draw: random.Random, number: int, subject: str, text: str) -> bytes:
    person, host, charset = draw.choice(PEOPLE), draw.choice(HOSTS), draw.choice(CHARSETS)
    encoded = text.encode(charset, "replace")
    if charset == "iso-2022-jp":
        encoding, body = "7bit", encoded
    elif draw.random() < 0.5:
        encoding, body = "base64", b64encode(encoded)
    else:
        encoding, body = "quoted-printable", encodestring(encoded)
    word = b64encode(subject.encode(charset, "replace")).decode()
    client = f"192.0.2.{draw.randint(1, 254)}"
    date = f"{number // 96 % 28 + 1} Oct 2025 {number // 4 % 24:02}:{number % 4 * 15:02}:00 +0900"
    head = (
        f"Received: from mail.{host} (mail.{host} [{client}]) by mx.me.example with ESMTP;"
        f" {date}\nFrom: {person}@{host}\nTo: me@me.example\nDate: {date}\n"
        f"Subject: =?{charset}?B?{word}?=\nMessage-ID: <{number}.{draw.randint(0, 10**9)}@{host}>\n"
        f"MIME-Version: 1.0\nX-Mailer: {draw.choice(MAILERS)}\n"
        f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n"
    )
    return head.encode() + body + b"\n"
