/**
 * What a page may have to say before it can fetch words/*.json, in every language: that what it needs is
 * away, and when it tries again. These sentences stand here alone.
 * @type {Record<string, Record<string, string>>}
 */
export const SPARE = {
  "en": {
    "begin.away": "VIN Reader cannot be reached",
    "begin.signin": "You cannot be signed in at the moment",
    "begin.language": "This language cannot be fetched at the moment. Choose it again later.",
    "away.waiting": "The service is not available at the moment. Next try in {seconds} s; nothing is lost.",
    "away.offline": "No network. It is tried again as soon as there is one.",
    "away.now": "Try now"
  },
  "de": {
    "begin.away": "VIN Reader ist nicht erreichbar",
    "begin.signin": "Die Anmeldung ist gerade nicht möglich",
    "begin.language": "Diese Sprache kann gerade nicht geladen werden. Wählen Sie sie später noch einmal.",
    "away.waiting": "Der Dienst ist gerade nicht verfügbar. Nächster Versuch in {seconds} s; nichts geht verloren.",
    "away.offline": "Kein Netz. Es wird erneut versucht, sobald es wieder eines gibt.",
    "away.now": "Jetzt versuchen"
  },
  "pl": {
    "begin.away": "Nie można połączyć się z VIN Reader",
    "begin.signin": "Logowanie jest chwilowo niemożliwe",
    "begin.language": "W tej chwili nie można pobrać tego języka. Wybierz go ponownie później.",
    "away.waiting": "Usługa jest chwilowo niedostępna. Następna próba za {seconds} s; nic nie ginie.",
    "away.offline": "Brak sieci. Próba zostanie powtórzona, gdy sieć wróci.",
    "away.now": "Spróbuj teraz"
  },
  "ru": {
    "begin.away": "Нет связи с VIN Reader",
    "begin.signin": "Сейчас не удаётся войти",
    "begin.language": "Этот язык сейчас не удаётся загрузить. Выберите его ещё раз позже.",
    "away.waiting": "Сервис сейчас недоступен. Следующая попытка через {seconds} с; ничего не потеряется.",
    "away.offline": "Нет сети. Попытка повторится, как только сеть появится.",
    "away.now": "Попробовать сейчас"
  },
  "zh": {
    "begin.away": "无法连接 VIN Reader",
    "begin.signin": "暂时无法登录",
    "begin.language": "暂时无法加载该语言。请稍后再选择一次。",
    "away.waiting": "服务暂时不可用。{seconds} 秒后重试，不会丢失任何内容。",
    "away.offline": "没有网络。恢复后将自动重试。",
    "away.now": "立即重试"
  }
};
