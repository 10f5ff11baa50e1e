"""Countries and territories in English, with other names and what their people are called, plurals too.

A name that is a language or an ordinary word above all (English, Pole) is left out, or listed below."""

from __future__ import annotations

_TABLE = """
Afghanistan: Afghan, Afghans
Albania: Albanian, Albanians
Algeria: Algerian, Algerians
Andorra: Andorran
Angola: Angolan, Angolans
Argentina: Argentine, Argentinian, Argentinians
Armenia: Armenian, Armenians
Australia: Australian, Australians
Austria: Austrian, Austrians
Azerbaijan: Azerbaijani, Azerbaijanis, Azeri
Bahamas: Bahamian
Bahrain: Bahraini, Bahrainis
Bangladesh: Bangladeshi, Bangladeshis
Barbados: Barbadian
Belarus: Belarusian, Belarusians, Belarussian
Belgium: Belgian, Belgians
Belize: Belizean
Benin: Beninese
Bhutan: Bhutanese
Bolivia: Bolivian, Bolivians
Bosnia and Herzegovina: Bosnia, Bosnian, Bosnians, Herzegovina
Botswana: Batswana
Brazil: Brazilian, Brazilians
Brunei: Bruneian
Bulgaria: Bulgarian, Bulgarians
Burkina Faso: Burkinabe, Burkinabè
Burundi: Burundian
Cambodia: Cambodian, Cambodians
Cameroon: Cameroonian, Cameroonians
Canada: Canadian, Canadians
Cape Verde: Cabo Verde, Cape Verdean
Central African Republic:
Chad: Chadian, Chadians
Chile: Chilean, Chileans
China: Chinese, PRC, People's Republic of China
Colombia: Colombian, Colombians
Comoros: Comorian
Congo: Congolese
Costa Rica: Costa Rican
Croatia: Croatian, Croatians, Croat, Croats
Cuba: Cuban, Cubans
Cyprus: Cypriot, Cypriots
Czechia: Czech, Czechs, Czech Republic
Denmark: Danish, Dane, Danes
Djibouti: Djiboutian
Dominican Republic:
Ecuador: Ecuadorian, Ecuadorians
Egypt: Egyptian, Egyptians
El Salvador: Salvadoran, Salvadorans
Equatorial Guinea: Equatoguinean
Eritrea: Eritrean, Eritreans
Estonia: Estonian, Estonians
Eswatini: Swazi, Swaziland
Ethiopia: Ethiopian, Ethiopians
Fiji: Fijian, Fijians
Finland: Finnish, Finn, Finns
France: French, Frenchman, Frenchmen
Gabon: Gabonese
Gambia: Gambian, Gambians
Georgia: Georgian, Georgians
Germany: German, Germans
Ghana: Ghanaian, Ghanaians
Greece: Greek, Greeks
Greenland: Greenlandic
Grenada: Grenadian
Guatemala: Guatemalan, Guatemalans
Guinea: Guinean, Guineans
Guinea-Bissau:
Guyana: Guyanese
Haiti: Haitian, Haitians
Honduras: Honduran, Hondurans
Hong Kong: Hongkonger, Hongkongers
Hungary: Hungarian, Hungarians
Iceland: Icelandic, Icelander, Icelanders
India: Indian, Indians
Indonesia: Indonesian, Indonesians
Iran: Iranian, Iranians, Persian, Persians
Iraq: Iraqi, Iraqis
Ireland: Irish, Irishman
Israel: Israeli, Israelis
Italy: Italian, Italians
Ivory Coast: Côte d'Ivoire, Cote d'Ivoire, Ivorian, Ivorians
Jamaica: Jamaican, Jamaicans
Japan: Japanese
Jordan: Jordanian, Jordanians
Kazakhstan: Kazakh, Kazakhs, Kazakhstani
Kenya: Kenyan, Kenyans
Kiribati:
Kosovo: Kosovan, Kosovar, Kosovars
Kuwait: Kuwaiti, Kuwaitis
Kyrgyzstan: Kyrgyz
Laos: Laotian, Lao PDR
Latvia: Latvian, Latvians
Lebanon: Lebanese
Lesotho: Basotho
Liberia: Liberian, Liberians
Libya: Libyan, Libyans
Liechtenstein: Liechtensteiner
Lithuania: Lithuanian, Lithuanians
Luxembourg: Luxembourgish, Luxembourger
Macau: Macao, Macanese
Madagascar: Malagasy
Malawi: Malawian, Malawians
Malaysia: Malaysian, Malaysians
Maldives: Maldivian
Mali: Malian, Malians
Malta: Maltese
Marshall Islands: Marshallese
Mauritania: Mauritanian, Mauritanians
Mauritius: Mauritian
Mexico: Mexican, Mexicans
Micronesia: Micronesian
Moldova: Moldovan, Moldovans
Monaco: Monegasque, Monégasque
Mongolia: Mongolian, Mongolians
Montenegro: Montenegrin
Morocco: Moroccan, Moroccans
Mozambique: Mozambican, Mozambicans
Myanmar: Burma, Burmese
Namibia: Namibian, Namibians
Nauru: Nauruan
Nepal: Nepali, Nepalese
Netherlands: Dutch, Dutchman, Holland
New Zealand: New Zealander, New Zealanders
Nicaragua: Nicaraguan, Nicaraguans
Niger: Nigerien
Nigeria: Nigerian, Nigerians
North Korea: North Korean, North Koreans, DPRK
North Macedonia: Macedonia, Macedonian, Macedonians
Norway: Norwegian, Norwegians
Oman: Omani, Omanis
Pakistan: Pakistani, Pakistanis
Palau: Palauan
Palestine: Palestinian, Palestinians
Panama: Panamanian, Panamanians
Papua New Guinea:
Paraguay: Paraguayan, Paraguayans
Peru: Peruvian, Peruvians
Philippines: Filipino, Filipinos, Philippine
Poland: Polish
Portugal: Portuguese
Puerto Rico: Puerto Rican
Qatar: Qatari, Qataris
Romania: Romanian, Romanians
Russia: Russian, Russians, Russian Federation
Rwanda: Rwandan, Rwandans
Samoa: Samoan
San Marino: Sammarinese
Saudi Arabia: Saudi, Saudis, Saudi Arabian
Senegal: Senegalese
Serbia: Serbian, Serbians, Serb, Serbs
Seychelles: Seychellois
Sierra Leone: Sierra Leonean
Singapore: Singaporean, Singaporeans
Slovakia: Slovak, Slovaks, Slovakian
Slovenia: Slovenian, Slovenians, Slovene, Slovenes
Solomon Islands:
Somalia: Somali, Somalis
South Africa: South African, South Africans
South Korea: South Korean, South Koreans, Korea, Korean, Koreans
South Sudan: South Sudanese
Spain: Spanish, Spaniard, Spaniards
Sri Lanka: Sri Lankan, Sri Lankans
Sudan: Sudanese
Suriname: Surinamese
Sweden: Swedish, Swede, Swedes
Switzerland: Swiss
Syria: Syrian, Syrians
Taiwan: Taiwanese
Tajikistan: Tajik, Tajiks
Tanzania: Tanzanian, Tanzanians
Thailand: Thai, Thais
Timor-Leste: East Timor, Timorese
Togo: Togolese
Tonga: Tongan
Trinidad and Tobago: Trinidad, Trinidadian
Tunisia: Tunisian, Tunisians
Türkiye: Turkey, Turkish, Turk, Turks
Turkmenistan: Turkmen
Tuvalu: Tuvaluan
Uganda: Ugandan, Ugandans
Ukraine: Ukrainian, Ukrainians
United Arab Emirates: UAE, Emirati, Emiratis
United Kingdom: UK, Great Britain, Britain, British, Briton, Britons, England, Scotland, Scottish, Wales, Welsh
United States: US, USA, U.S., United States of America, America, American, Americans
Uruguay: Uruguayan, Uruguayans
Uzbekistan: Uzbek, Uzbeks
Vanuatu:
Vatican:
Venezuela: Venezuelan, Venezuelans
Vietnam: Viet Nam, Vietnamese
Western Sahara: Sahrawi
Yemen: Yemeni, Yemenis
Zambia: Zambian, Zambians
Zimbabwe: Zimbabwean, Zimbabweans
"""

PEOPLES: dict[str, tuple[str, ...]] = {
    country: tuple(name.strip() for name in names.split(",") if name.strip())
    for country, _colon, names in (line.partition(":") for line in _TABLE.strip().splitlines())
}
# Written in small letters these are other words.
LIKE_OTHER_WORDS = frozenset(
    {"chad", "china", "guinea", "jordan", "polish", "swede", "swedes", "turk", "turkey", "us", "wales"}
)
# Things that bear such a name and are of no country.
OTHER_THINGS = (
    "China clay",
    "Guinea fowl",
    "Guinea pig",
    "Guinea pigs",
    "Indian Ocean",
    "Jordan curve",
    "US dollars",
    "US$",
)
