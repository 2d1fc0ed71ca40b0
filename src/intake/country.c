/* Countries by the names that platforms write: English, Chinese, French and German as Unicode's CLDR has them, and what marketplaces
 * write beside ("EIRE", "UK", "Viet Nam", "中国台湾"). In the order of their bytes, for the search below. */
#include <stdlib.h>
#include "intake/country.h"

struct country_name { const char *folded, *code; };
static const struct country_name names[] = {
    { "afghanistan", "AF" }, { "afriquedusud", "ZA" }, { "alandislands", "AX" }, { "albania", "AL" }, { "albanie", "AL" }, { "albanien", "AL" }, { "algeria", "DZ" },
    { "algerien", "DZ" }, { "algérie", "DZ" }, { "allemagne", "DE" }, { "america", "US" }, { "americansamoa", "AS" }, { "amerikanischejungferninseln", "VI" },
    { "amerikanischeÜberseeinseln", "UM" }, { "amerikanischeüberseeinseln", "UM" }, { "amerikanischsamoa", "AS" }, { "andorra", "AD" }, { "andorre", "AD" },
    { "angola", "AO" }, { "anguilla", "AI" }, { "antarctica", "AQ" }, { "antarctique", "AQ" }, { "antarktis", "AQ" }, { "antiguaandbarbuda", "AG" },
    { "antiguabarbuda", "AG" }, { "antiguaetbarbuda", "AG" }, { "antiguaundbarbuda", "AG" }, { "arabiesaoudite", "SA" }, { "argentina", "AR" }, { "argentine", "AR" },
    { "argentinien", "AR" }, { "armenia", "AM" }, { "armenien", "AM" }, { "arménie", "AM" }, { "aruba", "AW" }, { "aserbaidschan", "AZ" }, { "australia", "AU" },
    { "australie", "AU" }, { "australien", "AU" }, { "austria", "AT" }, { "autriche", "AT" }, { "azerbaijan", "AZ" }, { "azerbaïdjan", "AZ" }, { "bahamas", "BS" },
    { "bahrain", "BH" }, { "bahreïn", "BH" }, { "bangladesch", "BD" }, { "bangladesh", "BD" }, { "barbade", "BB" }, { "barbados", "BB" }, { "belarus", "BY" },
    { "belgie", "BE" }, { "belgien", "BE" }, { "belgique", "BE" }, { "belgium", "BE" }, { "belize", "BZ" }, { "benin", "BJ" }, { "bermuda", "BM" }, { "bermudes", "BM" },
    { "bhoutan", "BT" }, { "bhutan", "BT" }, { "biélorussie", "BY" }, { "bolivia", "BO" }, { "boliviaplurinationalstateof", "BO" }, { "bolivie", "BO" },
    { "bolivien", "BO" }, { "bonaire", "BQ" }, { "bosnia", "BA" }, { "bosniaandherzegovina", "BA" }, { "bosniaherzegovina", "BA" }, { "bosnieherzégovine", "BA" },
    { "bosnienundherzegowina", "BA" }, { "botsuana", "BW" }, { "botswana", "BW" }, { "bouvetinsel", "BV" }, { "bouvetisland", "BV" }, { "brasilien", "BR" },
    { "brazil", "BR" }, { "britischejungferninseln", "VG" }, { "britischesterritoriumimindischenozean", "IO" }, { "britishindianoceanterritory", "IO" },
    { "britishvirginislands", "VG" }, { "brunei", "BN" }, { "bruneidarussalam", "BN" }, { "brésil", "BR" }, { "bulgaria", "BG" }, { "bulgarie", "BG" },
    { "bulgarien", "BG" }, { "burkinafaso", "BF" }, { "burma", "MM" }, { "burundi", "BI" }, { "bénin", "BJ" }, { "caboverde", "CV" }, { "cambodge", "KH" },
    { "cambodia", "KH" }, { "cameroon", "CM" }, { "cameroun", "CM" }, { "canada", "CA" }, { "capeverde", "CV" }, { "capvert", "CV" }, { "caribbeannetherlands", "BQ" },
    { "caymanislands", "KY" }, { "centralafricanrepublic", "CF" }, { "chad", "TD" }, { "chile", "CL" }, { "chili", "CL" }, { "china", "CN" }, { "chine", "CN" },
    { "christmasisland", "CX" }, { "chypre", "CY" }, { "cocoskeelingislands", "CC" }, { "colombia", "CO" }, { "colombie", "CO" }, { "comores", "KM" },
    { "comoros", "KM" }, { "congo", "CG" }, { "congobrazzaville", "CG" }, { "congokinshasa", "CD" }, { "congothedemocraticrepublicofthe", "CD" }, { "cookinseln", "CK" },
    { "cookislands", "CK" }, { "coréedunord", "KP" }, { "coréedusud", "KR" }, { "costarica", "CR" }, { "cotedivoire", "CI" }, { "croatia", "HR" }, { "croatie", "HR" },
    { "cuba", "CU" }, { "curacao", "CW" }, { "curaçao", "CW" }, { "cyprus", "CY" }, { "czechia", "CZ" }, { "czechrepublic", "CZ" }, { "côtedivoire", "CI" },
    { "danemark", "DK" }, { "democraticpeoplesrepublicofkorea", "KP" }, { "democraticrepublicofthecongo", "CD" }, { "denmark", "DK" }, { "deutschland", "DE" },
    { "djibouti", "DJ" }, { "dominica", "DM" }, { "dominicanrepublic", "DO" }, { "dominikanischerepublik", "DO" }, { "dominique", "DM" }, { "dschibuti", "DJ" },
    { "dänemark", "DK" }, { "easttimor", "TL" }, { "ecuador", "EC" }, { "egypt", "EG" }, { "eire", "IE" }, { "elsalvador", "SV" }, { "england", "GB" },
    { "equatorialguinea", "GQ" }, { "eritrea", "ER" }, { "espagne", "ES" }, { "espana", "ES" }, { "estland", "EE" }, { "estonia", "EE" }, { "estonie", "EE" },
    { "eswatini", "SZ" }, { "ethiopia", "ET" }, { "falklandinseln", "FK" }, { "falklandislands", "FK" }, { "falklandislandsmalvinas", "FK" }, { "faroeislands", "FO" },
    { "fidji", "FJ" }, { "fidschi", "FJ" }, { "fiji", "FJ" }, { "finland", "FI" }, { "finlande", "FI" }, { "finnland", "FI" }, { "france", "FR" }, { "frankreich", "FR" },
    { "französischesüdundantarktisgebiete", "TF" }, { "französischguayana", "GF" }, { "französischpolynesien", "PF" }, { "frenchguiana", "GF" },
    { "frenchpolynesia", "PF" }, { "frenchsouthernterritories", "TF" }, { "färöer", "FO" }, { "gabon", "GA" }, { "gabun", "GA" }, { "gambia", "GM" }, { "gambie", "GM" },
    { "gb", "GB" }, { "georgia", "GE" }, { "georgien", "GE" }, { "germany", "DE" }, { "ghana", "GH" }, { "gibraltar", "GI" }, { "greatbritain", "GB" },
    { "greece", "GR" }, { "greenland", "GL" }, { "grenada", "GD" }, { "grenade", "GD" }, { "griechenland", "GR" }, { "groenland", "GL" }, { "grèce", "GR" },
    { "grönland", "GL" }, { "guadeloupe", "GP" }, { "guam", "GU" }, { "guatemala", "GT" }, { "guernesey", "GG" }, { "guernsey", "GG" }, { "guinea", "GN" },
    { "guineabissau", "GW" }, { "guinée", "GN" }, { "guinéebissau", "GW" }, { "guinéeéquatoriale", "GQ" }, { "guyana", "GY" }, { "guyanefrançaise", "GF" },
    { "géorgie", "GE" }, { "géorgiedusudetlesÎlessandwichdusud", "GS" }, { "géorgiedusudetlesîlessandwichdusud", "GS" }, { "haiti", "HT" }, { "haïti", "HT" },
    { "heardandmcdonaldislands", "HM" }, { "heardmcdonaldislands", "HM" }, { "heardundmcdonaldinseln", "HM" }, { "holland", "NL" }, { "holysee", "VA" },
    { "honduras", "HN" }, { "hongkong", "HK" }, { "hongkongchina", "HK" }, { "hongkongsarchina", "HK" }, { "hongrie", "HU" }, { "hungary", "HU" }, { "iceland", "IS" },
    { "inde", "IN" }, { "india", "IN" }, { "indien", "IN" }, { "indonesia", "ID" }, { "indonesien", "ID" }, { "indonésie", "ID" }, { "irak", "IQ" }, { "iran", "IR" },
    { "iranislamicrepublicof", "IR" }, { "iraq", "IQ" }, { "ireland", "IE" }, { "irland", "IE" }, { "irlande", "IE" }, { "island", "IS" }, { "islande", "IS" },
    { "isleofman", "IM" }, { "israel", "IL" }, { "israël", "IL" }, { "italie", "IT" }, { "italien", "IT" }, { "italy", "IT" }, { "ivorycoast", "CI" },
    { "jamaica", "JM" }, { "jamaika", "JM" }, { "jamaïque", "JM" }, { "japan", "JP" }, { "japon", "JP" }, { "jemen", "YE" }, { "jersey", "JE" }, { "jordan", "JO" },
    { "jordanie", "JO" }, { "jordanien", "JO" }, { "kaimaninseln", "KY" }, { "kambodscha", "KH" }, { "kamerun", "CM" }, { "kanada", "CA" },
    { "karibischeniederlande", "BQ" }, { "kasachstan", "KZ" }, { "katar", "QA" }, { "kazakhstan", "KZ" }, { "kenia", "KE" }, { "kenya", "KE" }, { "kirghizstan", "KG" },
    { "kirgisistan", "KG" }, { "kiribati", "KI" }, { "kokosinseln", "CC" }, { "kolumbien", "CO" }, { "komoren", "KM" }, { "kongobrazzaville", "CG" },
    { "kongokinshasa", "CD" }, { "korea", "KR" }, { "korearepublicof", "KR" }, { "koreasouth", "KR" }, { "koweït", "KW" }, { "kroatien", "HR" }, { "kuba", "CU" },
    { "kuwait", "KW" }, { "kyrgyzstan", "KG" }, { "lao", "LA" }, { "laopeoplesdemocraticrepublic", "LA" }, { "laos", "LA" }, { "laréunion", "RE" }, { "latvia", "LV" },
    { "lebanon", "LB" }, { "lesotho", "LS" }, { "lettland", "LV" }, { "lettonie", "LV" }, { "liban", "LB" }, { "libanon", "LB" }, { "liberia", "LR" }, { "libya", "LY" },
    { "libye", "LY" }, { "libyen", "LY" }, { "liechtenstein", "LI" }, { "litauen", "LT" }, { "lithuania", "LT" }, { "lituanie", "LT" }, { "luxembourg", "LU" },
    { "luxemburg", "LU" }, { "macao", "MO" }, { "macaosarchina", "MO" }, { "macau", "MO" }, { "macauchina", "MO" }, { "macedonia", "MK" },
    { "macedoniatheformeryugoslavrepublicof", "MK" }, { "macédoinedunord", "MK" }, { "madagascar", "MG" }, { "madagaskar", "MG" }, { "mainlandchina", "CN" },
    { "malaisie", "MY" }, { "malawi", "MW" }, { "malaysia", "MY" }, { "maldives", "MV" }, { "malediven", "MV" }, { "mali", "ML" }, { "malta", "MT" }, { "malte", "MT" },
    { "maroc", "MA" }, { "marokko", "MA" }, { "marshallinseln", "MH" }, { "marshallislands", "MH" }, { "martinique", "MQ" }, { "mauretanien", "MR" }, { "maurice", "MU" },
    { "mauritania", "MR" }, { "mauritanie", "MR" }, { "mauritius", "MU" }, { "mayotte", "YT" }, { "mexico", "MX" }, { "mexiko", "MX" }, { "mexique", "MX" },
    { "micronesia", "FM" }, { "micronesiafederatedstatesof", "FM" }, { "micronésie", "FM" }, { "mikronesien", "FM" }, { "moldavie", "MD" }, { "moldova", "MD" },
    { "moldovarepublicof", "MD" }, { "monaco", "MC" }, { "mongolei", "MN" }, { "mongolia", "MN" }, { "mongolie", "MN" }, { "montenegro", "ME" }, { "montserrat", "MS" },
    { "monténégro", "ME" }, { "morocco", "MA" }, { "mosambik", "MZ" }, { "mozambique", "MZ" }, { "myanmar", "MM" }, { "myanmarbirmanie", "MM" }, { "myanmarburma", "MM" },
    { "namibia", "NA" }, { "namibie", "NA" }, { "nauru", "NR" }, { "nepal", "NP" }, { "netherlands", "NL" }, { "neukaledonien", "NC" }, { "neuseeland", "NZ" },
    { "newcaledonia", "NC" }, { "newzealand", "NZ" }, { "nicaragua", "NI" }, { "niederlande", "NL" }, { "niger", "NE" }, { "nigeria", "NG" }, { "niue", "NU" },
    { "nordkorea", "KP" }, { "nordmazedonien", "MK" }, { "norfolkinsel", "NF" }, { "norfolkisland", "NF" }, { "northernireland", "GB" },
    { "northernmarianaislands", "MP" }, { "northkorea", "KP" }, { "northmacedonia", "MK" }, { "norvège", "NO" }, { "norway", "NO" }, { "norwegen", "NO" },
    { "nouvellecalédonie", "NC" }, { "nouvellezélande", "NZ" }, { "népal", "NP" }, { "nördlichemarianen", "MP" }, { "oman", "OM" }, { "ouganda", "UG" },
    { "ouzbékistan", "UZ" }, { "pakistan", "PK" }, { "palaos", "PW" }, { "palau", "PW" }, { "palestine", "PS" }, { "palestinestateof", "PS" },
    { "palestinianterritories", "PS" }, { "palestinianterritory", "PS" }, { "palästinensischeautonomiegebiete", "PS" }, { "panama", "PA" },
    { "papouasienouvelleguinée", "PG" }, { "papuaneuguinea", "PG" }, { "papuanewguinea", "PG" }, { "paraguay", "PY" }, { "paysbas", "NL" }, { "paysbascaribéens", "BQ" },
    { "peoplesrepublicofchina", "CN" }, { "peru", "PE" }, { "philippinen", "PH" }, { "philippines", "PH" }, { "pitcairninseln", "PN" }, { "pitcairnislands", "PN" },
    { "poland", "PL" }, { "polen", "PL" }, { "pologne", "PL" }, { "polynésiefrançaise", "PF" }, { "portorico", "PR" }, { "portugal", "PT" }, { "prchina", "CN" },
    { "puertorico", "PR" }, { "pérou", "PE" }, { "qatar", "QA" }, { "raschinoisedehongkong", "HK" }, { "raschinoisedemacao", "MO" }, { "republicofireland", "IE" },
    { "republicofkorea", "KR" }, { "republicofmoldova", "MD" }, { "republicofthecongo", "CG" }, { "republikmoldau", "MD" }, { "reunion", "RE" }, { "romania", "RO" },
    { "roumanie", "RO" }, { "royaumeuni", "GB" }, { "ruanda", "RW" }, { "rumänien", "RO" }, { "russia", "RU" }, { "russianfederation", "RU" }, { "russie", "RU" },
    { "russland", "RU" }, { "rwanda", "RW" }, { "républiquecentrafricaine", "CF" }, { "républiquedominicaine", "DO" }, { "réunion", "RE" }, { "saharaoccidental", "EH" },
    { "saintbarthelemy", "BL" }, { "saintbarthélemy", "BL" }, { "saintchristopheetniévès", "KN" }, { "saintehélène", "SH" }, { "saintelucie", "LC" },
    { "sainthelena", "SH" }, { "saintkittsandnevis", "KN" }, { "saintkittsnevis", "KN" }, { "saintlucia", "LC" }, { "saintmarin", "SM" }, { "saintmartin", "MF" },
    { "saintmartinpartienéerlandaise", "SX" }, { "saintpierreandmiquelon", "PM" }, { "saintpierreetmiquelon", "PM" }, { "saintpierremiquelon", "PM" },
    { "saintvincentandthegrenadines", "VC" }, { "saintvincentetlesgrenadines", "VC" }, { "saintvincentthegrenadines", "VC" }, { "salomonen", "SB" }, { "salvador", "SV" },
    { "sambia", "ZM" }, { "samoa", "WS" }, { "samoaaméricaines", "AS" }, { "sanmarino", "SM" }, { "saotomeandprincipe", "ST" }, { "saotomeprincipe", "ST" },
    { "saotoméetprincipe", "ST" }, { "saudiarabia", "SA" }, { "saudiarabien", "SA" }, { "schweden", "SE" }, { "schweiz", "CH" }, { "scotland", "GB" },
    { "senegal", "SN" }, { "serbia", "RS" }, { "serbie", "RS" }, { "serbien", "RS" }, { "seychellen", "SC" }, { "seychelles", "SC" }, { "sierraleone", "SL" },
    { "simbabwe", "ZW" }, { "singapore", "SG" }, { "singapour", "SG" }, { "singapur", "SG" }, { "sintmaarten", "SX" }, { "slovakia", "SK" }, { "slovakrepublic", "SK" },
    { "slovaquie", "SK" }, { "slovenia", "SI" }, { "slovénie", "SI" }, { "slowakei", "SK" }, { "slowenien", "SI" }, { "solomonislands", "SB" }, { "somalia", "SO" },
    { "somalie", "SO" }, { "sonderverwaltungsregionhongkong", "HK" }, { "sonderverwaltungsregionmacau", "MO" }, { "soudan", "SD" }, { "soudandusud", "SS" },
    { "southafrica", "ZA" }, { "southgeorgiaandsouthsandwichislands", "GS" }, { "southgeorgiasouthsandwichislands", "GS" }, { "southkorea", "KR" },
    { "southsudan", "SS" }, { "spain", "ES" }, { "spanien", "ES" }, { "spitzbergenundjanmayen", "SJ" }, { "srilanka", "LK" }, { "stbarthélemy", "BL" },
    { "sthelena", "SH" }, { "stkittsandnevis", "KN" }, { "stkittsnevis", "KN" }, { "stkittsundnevis", "KN" }, { "stlucia", "LC" }, { "stmartin", "MF" },
    { "stpierreandmiquelon", "PM" }, { "stpierremiquelon", "PM" }, { "stpierreundmiquelon", "PM" }, { "stvincentandgrenadines", "VC" }, { "stvincentgrenadines", "VC" },
    { "stvincentunddiegrenadinen", "VC" }, { "sudan", "SD" }, { "suisse", "CH" }, { "suriname", "SR" }, { "suède", "SE" }, { "svalbardandjanmayen", "SJ" },
    { "svalbardetjanmayen", "SJ" }, { "svalbardjanmayen", "SJ" }, { "swaziland", "SZ" }, { "sweden", "SE" }, { "switzerland", "CH" }, { "syria", "SY" },
    { "syrianarabrepublic", "SY" }, { "syrie", "SY" }, { "syrien", "SY" }, { "sãotoméandpríncipe", "ST" }, { "sãotomépríncipe", "ST" }, { "sãotoméundpríncipe", "ST" },
    { "sénégal", "SN" }, { "südafrika", "ZA" }, { "südgeorgienunddiesüdlichensandwichinseln", "GS" }, { "südkorea", "KR" }, { "südsudan", "SS" }, { "tadjikistan", "TJ" },
    { "tadschikistan", "TJ" }, { "taiwan", "TW" }, { "taiwanchina", "TW" }, { "tajikistan", "TJ" }, { "tansania", "TZ" }, { "tanzania", "TZ" },
    { "tanzaniaunitedrepublicof", "TZ" }, { "tanzanie", "TZ" }, { "taïwan", "TW" }, { "tchad", "TD" }, { "tchéquie", "CZ" }, { "terresaustralesfrançaises", "TF" },
    { "territoirebritanniquedelocéanindien", "IO" }, { "territoirespalestiniens", "PS" }, { "thailand", "TH" }, { "thaïlande", "TH" }, { "thenetherlands", "NL" },
    { "timorleste", "TL" }, { "timororiental", "TL" }, { "togo", "TG" }, { "tokelau", "TK" }, { "tonga", "TO" }, { "trinidadandtobago", "TT" },
    { "trinidadtobago", "TT" }, { "trinidadundtobago", "TT" }, { "trinitéettobago", "TT" }, { "tschad", "TD" }, { "tschechien", "CZ" }, { "tunesien", "TN" },
    { "tunisia", "TN" }, { "tunisie", "TN" }, { "turkey", "TR" }, { "turkmenistan", "TM" }, { "turkménistan", "TM" }, { "turksandcaicosislands", "TC" },
    { "turkscaicosislands", "TC" }, { "turksundcaicosinseln", "TC" }, { "turquie", "TR" }, { "tuvalu", "TV" }, { "türkei", "TR" }, { "türkiye", "TR" }, { "uae", "AE" },
    { "uganda", "UG" }, { "uk", "GB" }, { "ukraine", "UA" }, { "ungarn", "HU" }, { "unitedarabemirates", "AE" }, { "unitedkingdom", "GB" }, { "unitedstates", "US" },
    { "unitedstatesofamerica", "US" }, { "uruguay", "UY" }, { "us", "US" }, { "usa", "US" }, { "usbekistan", "UZ" }, { "usoutlyingislands", "UM" },
    { "usvirginislands", "VI" }, { "uzbekistan", "UZ" }, { "vanuatu", "VU" }, { "vaticancity", "VA" }, { "vaticancitystate", "VA" }, { "vatikanstadt", "VA" },
    { "venezuela", "VE" }, { "venezuelabolivarianrepublicof", "VE" }, { "vereinigtearabischeemirate", "AE" }, { "vereinigteskönigreich", "GB" },
    { "vereinigtestaaten", "US" }, { "vietnam", "VN" }, { "virginislandsbritish", "VG" }, { "virginislandsus", "VI" }, { "viêtnam", "VN" }, { "wales", "GB" },
    { "wallisandfutuna", "WF" }, { "wallisetfutuna", "WF" }, { "wallisfutuna", "WF" }, { "wallisundfutuna", "WF" }, { "weihnachtsinsel", "CX" },
    { "westernsahara", "EH" }, { "westsahara", "EH" }, { "yemen", "YE" }, { "yémen", "YE" }, { "zambia", "ZM" }, { "zambie", "ZM" },
    { "zentralafrikanischerepublik", "CF" }, { "zimbabwe", "ZW" }, { "zypern", "CY" }, { "Ägypten", "EG" }, { "Äquatorialguinea", "GQ" }, { "Äthiopien", "ET" },
    { "Ålandinseln", "AX" }, { "Ålandislands", "AX" }, { "Égypte", "EG" }, { "Émiratsarabesunis", "AE" }, { "Équateur", "EC" }, { "Érythrée", "ER" },
    { "Étatdelacitéduvatican", "VA" }, { "Étatsunis", "US" }, { "Éthiopie", "ET" }, { "Îlebouvet", "BV" }, { "Îlechristmas", "CX" }, { "Îledeman", "IM" },
    { "Îlenorfolk", "NF" }, { "Îlescaïmans", "KY" }, { "Îlescocos", "CC" }, { "Îlescook", "CK" }, { "Îlesféroé", "FO" }, { "Îlesheardetmacdonald", "HM" },
    { "Îlesmalouines", "FK" }, { "Îlesmariannesdunord", "MP" }, { "Îlesmarshall", "MH" }, { "ÎlesmineureséloignéesdesÉtatsunis", "UM" }, { "Îlespitcairn", "PN" },
    { "Îlessalomon", "SB" }, { "Îlesturquesetcaïques", "TC" }, { "Îlesviergesbritanniques", "VG" }, { "ÎlesviergesdesÉtatsunis", "VI" }, { "ÎlesÅland", "AX" },
    { "Österreich", "AT" }, { "ägypten", "EG" }, { "äquatorialguinea", "GQ" }, { "äthiopien", "ET" }, { "ålandinseln", "AX" }, { "ålandislands", "AX" },
    { "égypte", "EG" }, { "émiratsarabesunis", "AE" }, { "équateur", "EC" }, { "érythrée", "ER" }, { "étatdelacitéduvatican", "VA" }, { "étatsunis", "US" },
    { "éthiopie", "ET" }, { "îlebouvet", "BV" }, { "îlechristmas", "CX" }, { "îledeman", "IM" }, { "îlenorfolk", "NF" }, { "îlescaïmans", "KY" }, { "îlescocos", "CC" },
    { "îlescook", "CK" }, { "îlesféroé", "FO" }, { "îlesheardetmacdonald", "HM" }, { "îlesmalouines", "FK" }, { "îlesmariannesdunord", "MP" }, { "îlesmarshall", "MH" },
    { "îlesmineureséloignéesdesétatsunis", "UM" }, { "îlespitcairn", "PN" }, { "îlessalomon", "SB" }, { "îlesturquesetcaïques", "TC" },
    { "îlesviergesbritanniques", "VG" }, { "îlesviergesdesétatsunis", "VI" }, { "îlesåland", "AX" }, { "österreich", "AT" }, { "不丹", "BT" }, { "东帝汶", "TL" },
    { "中国", "CN" }, { "中国台湾", "TW" }, { "中国大陆", "CN" }, { "中国澳门特别行政区", "MO" }, { "中国香港特别行政区", "HK" }, { "中非共和国", "CF" }, { "丹麦", "DK" }, { "乌克兰", "UA" },
    { "乌兹别克斯坦", "UZ" }, { "乌干达", "UG" }, { "乌拉圭", "UY" }, { "乍得", "TD" }, { "也门", "YE" }, { "亚美尼亚", "AM" }, { "以色列", "IL" }, { "伊拉克", "IQ" }, { "伊朗", "IR" },
    { "伯利兹", "BZ" }, { "佛得角", "CV" }, { "俄罗斯", "RU" }, { "俄罗斯联邦", "RU" }, { "保加利亚", "BG" }, { "克罗地亚", "HR" }, { "关岛", "GU" }, { "冈比亚", "GM" }, { "冰岛", "IS" },
    { "几内亚", "GN" }, { "几内亚比绍", "GW" }, { "列支敦士登", "LI" }, { "刚果（布）", "CG" }, { "刚果（金）", "CD" }, { "利比亚", "LY" }, { "利比里亚", "LR" }, { "加拿大", "CA" }, { "加纳", "GH" },
    { "加蓬", "GA" }, { "匈牙利", "HU" }, { "北马其顿", "MK" }, { "北马里亚纳群岛", "MP" }, { "南乔治亚和南桑威奇群岛", "GS" }, { "南极洲", "AQ" }, { "南苏丹", "SS" }, { "南非", "ZA" }, { "博茨瓦纳", "BW" },
    { "卡塔尔", "QA" }, { "卢旺达", "RW" }, { "卢森堡", "LU" }, { "印度", "IN" }, { "印度尼西亚", "ID" }, { "危地马拉", "GT" }, { "厄瓜多尔", "EC" }, { "厄立特里亚", "ER" }, { "叙利亚", "SY" },
    { "古巴", "CU" }, { "台湾", "TW" }, { "台湾省", "TW" }, { "吉尔吉斯斯坦", "KG" }, { "吉布提", "DJ" }, { "哈萨克斯坦", "KZ" }, { "哥伦比亚", "CO" }, { "哥斯达黎加", "CR" }, { "喀麦隆", "CM" },
    { "图瓦卢", "TV" }, { "土库曼斯坦", "TM" }, { "土耳其", "TR" }, { "圣卢西亚", "LC" }, { "圣基茨和尼维斯", "KN" }, { "圣多美和普林西比", "ST" }, { "圣巴泰勒米", "BL" }, { "圣文森特和格林纳丁斯", "VC" },
    { "圣皮埃尔和密克隆群岛", "PM" }, { "圣诞岛", "CX" }, { "圣赫勒拿", "SH" }, { "圣马力诺", "SM" }, { "圭亚那", "GY" }, { "坦桑尼亚", "TZ" }, { "埃及", "EG" }, { "埃塞俄比亚", "ET" }, { "基里巴斯", "KI" },
    { "塔吉克斯坦", "TJ" }, { "塞内加尔", "SN" }, { "塞尔维亚", "RS" }, { "塞拉利昂", "SL" }, { "塞浦路斯", "CY" }, { "塞舌尔", "SC" }, { "墨西哥", "MX" }, { "多哥", "TG" }, { "多米尼克", "DM" },
    { "多米尼加共和国", "DO" }, { "奥兰群岛", "AX" }, { "奥地利", "AT" }, { "委内瑞拉", "VE" }, { "孟加拉国", "BD" }, { "安哥拉", "AO" }, { "安圭拉", "AI" }, { "安提瓜和巴布达", "AG" }, { "安道尔", "AD" },
    { "密克罗尼西亚", "FM" }, { "尼加拉瓜", "NI" }, { "尼日利亚", "NG" }, { "尼日尔", "NE" }, { "尼泊尔", "NP" }, { "巴勒斯坦领土", "PS" }, { "巴哈马", "BS" }, { "巴基斯坦", "PK" }, { "巴巴多斯", "BB" },
    { "巴布亚新几内亚", "PG" }, { "巴拉圭", "PY" }, { "巴拿马", "PA" }, { "巴林", "BH" }, { "巴西", "BR" }, { "布基纳法索", "BF" }, { "布隆迪", "BI" }, { "布韦岛", "BV" }, { "希腊", "GR" },
    { "帕劳", "PW" }, { "库克群岛", "CK" }, { "库拉索", "CW" }, { "开曼群岛", "KY" }, { "德国", "DE" }, { "意大利", "IT" }, { "所罗门群岛", "SB" }, { "托克劳", "TK" }, { "拉脱维亚", "LV" },
    { "挪威", "NO" }, { "捷克", "CZ" }, { "捷克共和国", "CZ" }, { "摩尔多瓦", "MD" }, { "摩洛哥", "MA" }, { "摩纳哥", "MC" }, { "文莱", "BN" }, { "斐济", "FJ" }, { "斯威士兰", "SZ" },
    { "斯洛伐克", "SK" }, { "斯洛文尼亚", "SI" }, { "斯瓦尔巴和扬马延", "SJ" }, { "斯里兰卡", "LK" }, { "新加坡", "SG" }, { "新喀里多尼亚", "NC" }, { "新西兰", "NZ" }, { "日本", "JP" }, { "智利", "CL" },
    { "朝鲜", "KP" }, { "柬埔寨", "KH" }, { "根西岛", "GG" }, { "格林纳达", "GD" }, { "格陵兰", "GL" }, { "格鲁吉亚", "GE" }, { "梵蒂冈", "VA" }, { "比利时", "BE" }, { "毛里塔尼亚", "MR" },
    { "毛里求斯", "MU" }, { "汤加", "TO" }, { "沙特阿拉伯", "SA" }, { "法国", "FR" }, { "法属南部领地", "TF" }, { "法属圣马丁", "MF" }, { "法属圭亚那", "GF" }, { "法属波利尼西亚", "PF" }, { "法罗群岛", "FO" },
    { "波兰", "PL" }, { "波多黎各", "PR" }, { "波斯尼亚和黑塞哥维那", "BA" }, { "泰国", "TH" }, { "泽西岛", "JE" }, { "津巴布韦", "ZW" }, { "洪都拉斯", "HN" }, { "海地", "HT" }, { "澳大利亚", "AU" },
    { "澳门", "MO" }, { "爱尔兰", "IE" }, { "爱沙尼亚", "EE" }, { "牙买加", "JM" }, { "特克斯和凯科斯群岛", "TC" }, { "特立尼达和多巴哥", "TT" }, { "玻利维亚", "BO" }, { "瑙鲁", "NR" }, { "瑞典", "SE" },
    { "瑞士", "CH" }, { "瓜德罗普", "GP" }, { "瓦利斯和富图纳", "WF" }, { "瓦努阿图", "VU" }, { "留尼汪", "RE" }, { "白俄罗斯", "BY" }, { "百慕大", "BM" }, { "皮特凯恩群岛", "PN" }, { "直布罗陀", "GI" },
    { "福克兰群岛", "FK" }, { "科威特", "KW" }, { "科摩罗", "KM" }, { "科特迪瓦", "CI" }, { "科科斯（基林）群岛", "CC" }, { "秘鲁", "PE" }, { "突尼斯", "TN" }, { "立陶宛", "LT" }, { "索马里", "SO" },
    { "约旦", "JO" }, { "纳米比亚", "NA" }, { "纽埃", "NU" }, { "缅甸", "MM" }, { "罗马尼亚", "RO" }, { "美国", "US" }, { "美国us", "US" }, { "美国本土外小岛屿", "UM" }, { "美属维尔京群岛", "VI" },
    { "美属萨摩亚", "AS" }, { "老挝", "LA" }, { "肯尼亚", "KE" }, { "芬兰", "FI" }, { "苏丹", "SD" }, { "苏里南", "SR" }, { "英国", "GB" }, { "英属印度洋领地", "IO" }, { "英属维尔京群岛", "VG" },
    { "荷兰", "NL" }, { "荷属加勒比区", "BQ" }, { "荷属圣马丁", "SX" }, { "莫桑比克", "MZ" }, { "莱索托", "LS" }, { "菲律宾", "PH" }, { "萨尔瓦多", "SV" }, { "萨摩亚", "WS" }, { "葡萄牙", "PT" },
    { "蒙古", "MN" }, { "蒙特塞拉特", "MS" }, { "西撒哈拉", "EH" }, { "西班牙", "ES" }, { "诺福克岛", "NF" }, { "贝宁", "BJ" }, { "赞比亚", "ZM" }, { "赤道几内亚", "GQ" }, { "赫德岛和麦克唐纳群岛", "HM" },
    { "越南", "VN" }, { "阿塞拜疆", "AZ" }, { "阿富汗", "AF" }, { "阿尔及利亚", "DZ" }, { "阿尔巴尼亚", "AL" }, { "阿拉伯联合酋长国", "AE" }, { "阿曼", "OM" }, { "阿根廷", "AR" }, { "阿联酋", "AE" },
    { "阿鲁巴", "AW" }, { "韩国", "KR" }, { "香港", "HK" }, { "马尔代夫", "MV" }, { "马恩岛", "IM" }, { "马拉维", "MW" }, { "马提尼克", "MQ" }, { "马来西亚", "MY" }, { "马约特", "YT" },
    { "马绍尔群岛", "MH" }, { "马耳他", "MT" }, { "马达加斯加", "MG" }, { "马里", "ML" }, { "黎巴嫩", "LB" }, { "黑山", "ME" },
};

/* ASCII letters small; blanks, marks and digits left out; all else as it stands. */
static bool country_fold(struct text s, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char b = (unsigned char)s.ptr[i];
        if (s.len - i >= 3 && memcmp(s.ptr + i, "’", 3) == 0) {
            i += 2;
            continue;
        }
        const unsigned char small = b >= 'A' && b <= 'Z' ? (unsigned char)(b + 32) : b;
        if (small < 0x80 && (small < 'a' || small > 'z')) continue;
        if (n + 1 >= cap) return false;
        out[n++] = (char)small;
    }
    out[n] = '\0';
    return n > 0;
}

static int by_name(const void *key, const void *row) { return strcmp(key, ((const struct country_name *)row)->folded); }

struct text country_find(struct text name)
{
    char folded[96];
    if (name.len == 2 && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z' && name.ptr[1] >= 'A' && name.ptr[1] <= 'Z')
        return text_is(name, "UK") ? TEXT("GB") : name;
    if (!country_fold(name, folded, sizeof folded)) return TEXT_NONE;
    const struct country_name *found = bsearch(folded, names, sizeof names / sizeof names[0], sizeof names[0], by_name);
    return found ? (struct text){ found->code, 2 } : TEXT_NONE;
}
