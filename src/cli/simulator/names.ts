/**
 * The words made-up people and groups are put together from. A name that cannot be reduced to ASCII by taking off its
 * marks carries its Latin spelling after a bar, because logins and addresses are Latin almost everywhere.
 */
export interface Culture {
  readonly given: readonly string[];
  readonly family: readonly string[];
  readonly locale: string;
}

const culture = (locale: string, given: string, family: string): Culture => ({
  locale,
  given: given.split(' '),
  family: family.split(' '),
});

/**
 * Where the simulated people come from: scripts, diacritics, apostrophes and particles that break naive
 * code.
 */
export const CULTURES: readonly Culture[] = [
  culture(
    'en-IE',
    'Siobhán Aoife Niamh Cillian Ruairí Conor',
    "O'Connor O'Neill Byrne Ní-Bhriain McCarthy Ó-Sé",
  ),
  culture('de-DE', 'Jürgen Käthe Björn Sören Anneliese Günther', 'Weiß Müller Größer Schäfer Krüger Vogel'),
  culture(
    'pl-PL',
    'Łukasz Radosław Małgorzata Zofia Tomasz Żaneta',
    'Wójcik Kowalski Nowak Zieliński Śliwa Dąbrowski',
  ),
  culture(
    'zh-CN',
    '伟|Wei 美玲|Meiling 晓明|Xiaoming 丽|Li 建国|Jianguo',
    '张|Zhang 陈|Chen 欧阳|Ouyang 王|Wang 林|Lin',
  ),
  culture(
    'ja-JP',
    '健二|Kenji さくら|Sakura 翔太|Shota 陽子|Yoko 大輔|Daisuke',
    '渡辺|Watanabe 佐藤|Sato 髙橋|Takahashi 鈴木|Suzuki',
  ),
  culture(
    'ko-KR',
    '지우|Jiwoo 민준|Minjun 서연|Seoyeon 하준|Hajun',
    '김|Kim 박|Park 최|Choi 이|Lee 남궁|Namgung',
  ),
  culture('fr-FR', 'Renée Élodie François Inès Loïc Maëlle', "Lefèvre D'Aubigné Noël Hébert Dupré L'Écuyer"),
  culture('es-ES', 'José Ana Iñaki Lucía Raúl Begoña', 'Peña Núñez Ibáñez García-Márquez Ochoa Güell'),
  culture(
    'ru-RU',
    'Дарья|Darya Иван|Ivan Ксения|Ksenia Пётр|Pyotr',
    'Иванова|Ivanova Щукин|Shchukin Соловьёв|Solovyov',
  ),
  culture('ig-NG', 'Ngozi Chidi Amara Ifeoma Obiọma', "Okafor N'Dour Adéyẹmí Eze Nwosu"),
  culture('da-DK', 'Søren Rasmus Åse Bjørn Ingrid', 'Ærøskøbing Østergaard Larsen Kjær Bækgaard'),
  culture('tr-TR', 'Kaya İpek Gülşen Oğuz Çağla', 'Şahin Yıldız Öztürk Çelik Ağaoğlu'),
  culture('hi-IN', 'Priya अर्जुन|Arjun Kavitā Rohan देवी|Devi', 'Śarmā पटेल|Patel Iyer सिंह|Singh Banerjee'),
  culture('is-IS', 'Uma Þórunn Guðmundur Ásta Sigríður', 'Thorsdóttir Þórsson Jónsdóttir Hafþórsson'),
  culture('ar-AE', "Fatima محمد|Mohammed Layla Sa'id نور|Nour", 'al-Zahra الخطيب|Alkhatib Haddad Najjār'),
];

/** Job titles, some of them not in ASCII. */
export const TITLES: readonly string[] = [
  'Engineer',
  'Senior Engineer',
  'Ingénieure principale',
  'Analyst',
  'Lead Analyst',
  'Técnico de campo',
  'Geschäftsführer',
  'Director, People & Culture',
  'Account Manager (EMEA/東京)',
  '主任',
  'Vísindakona',
  'Chief "Getting Things Done" Officer',
];

/** Names for groups, with the characters that URLs and filters must escape. */
export const DEPARTMENTS: readonly string[] = [
  'R&D / Qualité',
  'Rozwój',
  'Økonomi',
  'Field Engineers',
  'Sales EMEA',
  'Équipe Données 東京',
  'Frontend (EU/東)',
  "People's Operations",
  'Vertrieb Süd',
  'Legal + Compliance',
  'Finanças',
  'Größenordnung',
];

/** What stands in for letters that NFD does not take apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  Ø: 'O',
  ł: 'l',
  Ł: 'L',
  ß: 'ss',
  æ: 'ae',
  Æ: 'Ae',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ı: 'i',
};

/** The ASCII spelling of a name for logins: letters, digits, apostrophe and hyphen only. */
export function latin(name: string): string {
  const spelled = name.split('|')[1] ?? name;
  return spelled.normalize('NFD').replace(/[^A-Za-z0-9'-]/gu, (letter) => LETTERS[letter] ?? '');
}

/** The name as its owner writes it. */
export const native = (name: string): string => name.split('|')[0] ?? name;
