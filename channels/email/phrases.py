"""What mail programs write around other people's words, in the languages in which they write it.

Indonesian and English first; the others because citizens' programs are set to them. Pieces of regular
expressions (alternatives), lower case, matched without regard to case by `marks`. Pure.
"""

from __future__ import annotations

# "... wrote:". Verbs of one language may stand at the end ("a écrit :") or before the name ("schrieb X:").
WROTE = (
    "wrote|writes|menulis(?:kan)?|tulis|berkata|menjawab|nulis|nyerat|nyeratkeun|schrieb|schrieb am"
    "|schreef|het volgende geschreven|skrev|skreiv|skrifaði|a écrit|écrit|escribió|escribiu|va escriure"
    r"|ha escrit|escreveu|ha scritto|a scris|написал(?:а|\(а\))?|пишет|пише|написа(?:в|ла|ў)?|напиша"
    r"|napisał(?:a|\(a\))?|pisze|napsal(?:a|\(a\))?|napísal(?:a|\(a\))?|napisao(?:/la)?"
    "|napisala?(?:/-a)?|је написао(?:/ла)?|kirjoitti|kirjutas|rakstīja|rašė|ezt írta|yazdı|έγραψε"
    "|đã viết|sumulat|isinulat|כתב(?:ה|/ה)?|كتب|نوشت|ने लिखा"
)
# Scripts without spaces between words.
WROTE_UNSPACED = (
    "写道|寫道|写到|來信|написал|さんは書きました|が書きました|のメール|님이 작성|님이 쓴 글|작성|เขียนว่า|เขียน"
)
# "On ...": what such a line begins with, when it does not begin with the name or the day.
ON = (
    "on|pada|dalam|tanggal|quoting|mengutip|am|vom|le|el|op|em|il|den|vào|в|dne|dňa|w dniu|dnia|în|pe"
    "|na|στις|il giorno|a|ma|the|zitat von|citando|citation de|quotando|på|kl|em seg|ngày"
)
ON_UNSPACED = "在|于|於|בתאריך|في"
ORIGINAL_MESSAGE = (
    "(?:e-?mail|courriel|mail) original|original(?: (?:message|appointment|e-?mail))?"
    "|reply message|pesan asli|pesan awal|pesan asal"
    "|(?:e-?mail|surel|surat) asli|balasan|pesan balasan|pesan sebelumnya|previous message"
    "|ursprüngliche (?:nachricht|e-?mail|mail)|original ?-?nachricht|originalnachricht"
    "|message (?:d['’]origine|original|initial|précédent)|courriel d['’]origine"
    "|mensaje (?:original|anterior)|missatge original|mensagem (?:original|anterior)"
    "|messaggio (?:originale|originario)|oorspronkelijk bericht|origineel bericht"
    "|(?:oprindelig|opprinnelig) (?:meddelelse|melding|e-?mail)|ursprungligt meddelande"
    "|originalmeddelande|alkuperäinen viesti|(?:oryginalna|pierwotna) wiadomość|wiadomość oryginalna"
    "|původní (?:zpráva|e-?mail)|pôvodná správa|eredeti üzenet|исходное (?:сообщение|письмо)"
    "|оригинальное сообщение|первоначальное сообщение|оригінальне повідомлення|orijinal (?:mesaj|ileti)"
    "|özgün ileti|mesaj original|mesajul original|αρχικό μήνυμα|tin nhắn gốc|thư gốc|原始邮件"
    "|邮件原件|原始邮件信息"
    "|原始郵件|原始訊息|原邮件|元のメッセージ|オリジナル ?メッセージ|original message|원본 메시지"
    "|원본메일|원본 메일|ข้อความต้นฉบับ|הודעה מקורית"
    "|الرسالة الأصلية"
)
FORWARDED_MESSAGE = (
    "forwarded (?:message|mail|e-?mail)|forwarded by .{0,80}|forward(?:ed)?|weitergeleitet von .{0,80}"
    "|pesan (?:yang )?(?:di)?teruskan|pesan terusan|diteruskan oleh .{0,80}|mesej dimajukan"
    "|(?:e-?mail|surel|surat) (?:yang )?(?:di)?teruskan|weitergeleitete (?:nachricht|mail|e-?mail)"
    "|message (?:transféré|réexpédié|transmis)|courriel transféré|mensaje (?:reenviado|enviado)"
    "|missatge reenviat|mensagem (?:encaminhada|reencaminhada)|messaggio inoltrato|doorgestuurd bericht"
    "|videresendt (?:meddelelse|melding)|vidarebefordrat (?:meddelande|brev|mail)"
    "|edelleenlähetetty viesti|välitetty viesti|(?:przekazana|przesłana dalej) wiadomość"
    "|wiadomość przekazana|přeposlaná zpráva|preposlaná správa|továbbított (?:üzenet|levél)"
    "|пересылаемое (?:сообщение|письмо)|перенаправленное (?:сообщение|письмо)"
    "|пересланное (?:сообщение|письмо)|переслане повідомлення"
    "|(?:yönlendirilen|iletilen) (?:mesaj|ileti)|mesaj redirecționat|προωθημένο μήνυμα"
    "|thư được chuyển tiếp|tin nhắn được chuyển tiếp|转发的?邮件|轉寄郵件|转发邮件信息|転送メッセージ"
    "|転送された?メッセージ|전달된 ?메일"
    "|전달된 메시지|ข้อความที่ส่งต่อ|הודעה שהועברה|رسالة معاد توجيهها"
)
# Apple Mail: without dashes.
BEGIN_FORWARDED = (
    "begin forwarded message|(?:mulai|awal) (?:meneruskan )?pesan(?: yang)?(?: di| )?(?:teruskan)?"
    "|pesan diteruskan|anfang der weitergeleiteten (?:nachricht|e-?mail)"
    "|début du message (?:réexpédié|transféré)|inicio del mensaje reenviado"
    "|início da mensagem (?:encaminhada|reencaminhada)|inizio (?:del )?messaggio inoltrato"
    "|begin doorgestuurd bericht|vidarebefordrat (?:brev|mejl)|start på videresendt (?:besked|melding)"
    "|videresendt (?:besked|melding)|välitetty viesti alkaa|początek przekazywanej wiadomości"
    "|začátek přeposílané zprávy|начало переадресованного сообщения|пересланное сообщение"
    "|továbbított levél kezdete|iletilen e-posta başlangıcı|下面是被转发的邮件|開始轉寄郵件"
    "|転送されたメッセージ|전달된 메시지"
)

# The header fields that programs copy above a history, by what they mean.
LABELS: dict[str, str] = {
    "from": (
        "from|dari|pengirim|daripada|von|de|van|da|fra|från|lähettäjä|od|от|від|feladó|kimden|gönderen"
        "|από|de la|expéditeur|remitente|từ|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|จาก"
        "|מאת|من"
    ),
    "sent": (
        "sent|date|sent on|date sent|dikirim|tanggal|terkirim|waktu|tgl|dihantar|tarikh|gesendet|datum"
        "|envoyé|envoyé le|date d['’]envoi|enviado|enviado el|enviado em|enviada em|enviada|fecha"
        "|fecha de envío|data|data d['’]enviament|inviato|inviata|verzonden|verstuurd|sendt|dato"
        "|skickat|lähetetty|päiväys|päivämäärä|wysłano|wysłane|odesláno|odoslané|dátum|отправлено|дата"
        "|надіслано|elküldve|küldve|gönderildi|gönderilme|tarih|στάλθηκε|ημερομηνία|trimis|đã gửi|ngày"
        "|发送时间|发送日期|日期|時間|时间|傳送時間|寄件日期|送信日時|送信|日付|日時|보낸 날짜"
        "|보낸날짜|날짜|ส่ง|วันที่|נשלח|תאריך|تاريخ"
    ),
    "to": (
        "to|kepada|untuk|ke|an|à|pour|destinataire|para|per a|a|aan|til|till|vastaanottaja|do|komu|кому"
        "|címzett|kime|alıcı|προς|către|catre|đến|tới|收件人|收件者|宛先|받는 사람|받는사람|ถึง|אל|إلى"
    ),
    "cc": (
        "cc|bcc|tembusan|salinan|kopie|copie à|copia|kopia|dw|копия|копія|másolatot kap|bilgi|κοιν|抄送"
        "|副本|참조|สำเนา|cópia|kopio|kopi|kopie an"
    ),
    "subject": (
        "subject|subjek|subyek|perihal|hal|judul|perkara|betreff|objet|asunto|assunto|assumpte|oggetto"
        "|onderwerp|emne|ämne|aihe|temat|předmět|predmet|тема|tárgy|konu|θέμα|subiect|chủ đề|主题|主題|主旨"
        "|件名|제목|เรื่อง|หัวเรื่อง|נושא|الموضوع|re"
    ),
    "reply-to": ("reply-to|balas ke|balas-ke|antwort an|répondre à|responder a|rispondi a"),
    "other": ("importance|priority|attachments|lampiran|organization|mailed-by|size"),
}

# "Sent from my iPhone" and its sisters, as whole lines. {device} stands for `DEVICES`.
DEVICES = (
    r"my (?:[\w'’-]{1,20} ){0,3}(?:i?phone|ipad|mobile|android|galaxy|samsung|blackberry|device|smartphone"
    r"|tablet|nokia|handset|windows|pc|mac|computer|laptop)\b"
    r"|my (?:[\w.'’®-]{1,20} ){0,5}[\w.'’®-]{1,20}[\s\]).!*_;]{0,4}$"
    r"|mail\b|e-?mail\b|outlook|yahoo|gmail|iphone|ipad"
    r"|ponsel|hp\b|perangkat|samsung|galaxy|android|windows|xiaomi|redmi|poco|oppo|vivo|realme|infinix"
    r"|huawei|honor|asus|lenovo|lg\b|htc|motorola|sony|smartphone|telepon|blackberry|nokia|aplikasi"
    r"|proton|workspace|mobile|surat\b|the (?:all-new |new |samsung|galaxy|iphone|xiaomi)"
    r"|a (?:mobile|phone|smart|tablet|hand)"
    r"|mailspring|titan|hey\b|zoho|tablet|handphone|gadget|my ?e?mail|aol|mi (?:phone|mail)|bluemail|spark"
    r"|type\b|airmail|canary|edison|k-9|thunderbird|nine\b|newton|superhuman|roundcube|tutanota|icloud"
    r"|apple|pixel|oneplus|fairmail|mail\.ru|yandex|webmail|an? \w+ (?:phone|device)"
)
FOOTERS = (
    "(?:sent|typed|composed|written|posted) (?:from|via|with|using|by|on|through) {device}"
    "|sent by (?:my|outlook|mobile)|sent from [^,;:!?]{2,50}$"
    "|(?:di)?(?:kirim|terkirim|ketik|buat|kirimkan|hantar) (?:dari|daripada|melalui|menggunakan|via"
    "|dengan|lewat|oleh|pakai) {device}"
    "|terkirim (?:dari|melalui|via|lewat) {device}"
    r"|(?:get|dapatkan|unduh|download|install) (?:outlook|bluemail|spark|yahoo|titan|mailspring)\b"
    r"|(?:obtenir|obtén|obtener|obter|scarica|ottieni|laden sie|hent|skaffa|pobierz|download) outlook\b"
    "|(?:outlook|yahoo mail) (?:für|pour|para|per|voor) (?:ios|android)"
    "|enviad[oa] (?:desde|do|de|a partir|pelo|com|con) "
    "|von (?:meinem|meiner|mobilem?|unterwegs) .{0,40}gesendet"
    "|(?:gesendet|verschickt|diese nachricht wurde) (?:von|mit|vom|über) "
    "|envoyé (?:de|depuis|à partir|avec|par|via) |inviato (?:da|dal|dalla|con|tramite) "
    "|(?:verstuurd|verzonden) (?:vanaf|vanuit|met|via|van) |(?:skickat|skickades) från "
    "|sendt (?:fra|via|med) |lähetetty .{1,40}|wysłan[eoy] (?:z|za pomocą|przez) "
    "|(?:odesláno|odoslané|odeslané) (?:z|zo|ze|pomocí) "
    "|(?:отправлено|надіслано|изпратено|послато) (?:с|із|из|з|от|через|са|од) |elküldve |küldve "
    "|.{1,40}(?:den|dan|mdan|'dan|'den) gönderildi|trimis (?:de pe|din|de la|cu) |στάλθηκε από "
    "|(?:được )?gửi từ |(?:发自|從|从|來自|来自|傳送自).{1,40}|.{1,40}(?:から送信|에서 보냄"
    "|에서 보냈습니다|より送信)|ส่งจาก|נשלח מ"
    r"|أُ?رسلت? من |yahoo mail: |virus-free\.?|bebas (?:dari )?virus\.?|powered by "
    "|(?:this|the) (?:e-?mail|message|mail) (?:has been|was) (?:scanned|checked) "
    "|(?:e-?mail|surel|pesan) ini (?:telah|sudah) (?:dipindai|diperiksa|dicek|di-?scan) "
    "|(?:no virus found|tidak (?:ada|ditemukan) virus|checked by avg|diperiksa oleh)"
)
# A ticket system's "reply above this line": everything below it is history.
REPLY_ABOVE = (
    "(?:please )?(?:type|write|enter) your (?:reply|response|answer) above (?:this|the) (?:line|text)"
    "|(?:please )?(?:reply|respond|answer) above (?:this|the) (?:line|text)(?: to .{0,80})?"
    "|(?:mohon |harap |silakan |tolong )?(?:balas|balaslah|ketik(?:kan)? balasan(?: anda)?"
    "|tulis(?:kan)? balasan(?: anda)?|jawab)(?: anda)? di ?atas (?:garis|baris|tulisan"
    "|teks)(?: ini)?(?: .{0,60})?"
    "|(?:bitte )?(?:antworten sie|antwort) (?:bitte )?(?:oberhalb|über) dieser (?:linie|zeile).{0,40}"
    "|(?:veuillez )?(?:répondre|répondez|écrire) au-dessus de cette ligne.{0,40}"
    "|(?:por favor,? )?(?:responda|escriba (?:su|una) respuesta) (?:por encima|encima"
    "|arriba) de esta línea.{0,40}"
    "|(?:por favor,? )?(?:responda|escreva) acima desta linha.{0,40}"
    "|rispondi sopra questa (?:riga|linea).{0,40}"
    "|(?:gelieve )?(?:te )?(?:antwoord|reageer|antwoorden) boven deze (?:regel|lijn).{0,40}"
)
# In any words, where the line is marked off by signs.
ABOVE_THIS_LINE = (
    "(?:above this (?:line|text)|di ?atas (?:garis|baris) ini|oberhalb dieser (?:linie|zeile)"
    "|au-dessus de cette ligne|(?:encima|arriba) de esta línea|acima desta linha"
    "|sopra questa (?:riga|linea)|boven deze (?:regel|lijn))"
)
# What standard texts on confidentiality and liability are about, each in its own way. Three of these, and it is one.
DISCLAIMER_TOPICS = (
    r"\bthis (?:e-?mail|message|communication|transmission)|\b(?:e-?mail|surel|pesan|surat elektronik) ini\b"
    r"|\bthese (?:e-?mails|messages)|\bdiese (?:e-?mail|nachricht)|\bce (?:message|courriel)|\beste (?:mensaje|correo)",
    r"\bconfidential|\bprivileged|\brahasia|\bkerahasiaan|\bvertraulich|\bconfidenti[ae]l|\bconfidencia|\briservat",
    r"\bintended (?:recipient|only|solely|for)|\baddressee|\b(?:bukan )?penerima (?:yang|surel|e-?mail|pesan)"
    r"|\b(?:ditujukan|diperuntukkan|dimaksudkan) (?:hanya|khusus|bagi|untuk|kepada)|\bhanya (?:untuk|ditujukan)"
    r"|\bdestinataire|\bdestinatario|\bempfänger|\bindividual or entity",
    r"\bin error\b|\bby mistake|\bkekeliruan|\bkesalahan pengiriman|\bsalah kirim|\birrtümlich|\bpar erreur"
    r"|\bpor error",
    r"\bdelete|\bdestroy|\b(?:meng)?hapus|\bmusnahkan|\bmemusnahkan|\blöschen|\bsupprimer|\beliminar"
    r"|\bnotify the sender|\bmemberitahu(?:kan)? pengirim",
    r"\bunauthori[sz]ed|\bprohibited|\bstrictly|\bdisseminat|\bdilarang|\btidak (?:diperkenankan|diperbolehkan|berhak)"
    r"|\bmenyebarluaskan|\bmenyalin|\buntersagt|\binterdit|\bprohibid",
    r"\bliab(?:le|ility)|\bresponsib(?:le|ility) for|\btanggung jawab|\bviews (?:or|and)|\bopinions? expressed"
    r"|\b(?:pendapat|pandangan) (?:pribadi|penulis|pengirim)|\bhaftung|\bresponsabilit",
    r"\bvirus(?:es)?\b|\bmalware",
)
# What people write above their name.
CLOSINGS = (
    "hormat (?:kami|saya|ku)|salam(?: hormat)?(?: (?:kami|saya))?"
    "|salam (?:hangat|sejahtera|sukses|sehat)|wassalam(?:u['’]?alaikum.{0,40})?|terima ?kasih"
    "|(?:demikian,? )?(?:atas .{0,60})?terima ?kasih|tertanda|ttd|makasih|matur ?(?:nuwun|suwun)|best"
    "|(?:best|kind|kindest|warm|warmest)(?: regards| wishes)|regards"
    "|(?:many |with )?(?:thanks|thank you)(?: (?:and|&) (?:best )?regards)?|sincerely(?: yours)?|cheers"
    "|yours (?:sincerely|faithfully|truly)|respectfully(?: yours)?|mit freundlichen grüßen|viele grüße"
    "|(?:bien )?cordialement|saludos(?: cordiales)?|un saludo|atenciosamente|cordiali saluti"
    "|met vriendelijke groet(?:en)?|med vänliga hälsningar|venlig hilsen|pozdrawiam|с уважением"
)
