"""Which language is told, of short questions above all."""

import json
from pathlib import Path

import pytest

from bot.answering.language import language_of, language_of_locale

SHARED = Path(__file__).parents[4] / "shared" / "eval"
OWN = Path(__file__).parents[2] / "evals" / "own-guide-questions.jsonl"
ASKED = """
de Was verdient man als Senior Backend Engineer?
de Welche Programmiersprachen brauche ich?
de Wie werde ich Backend-Entwickler?
de gehalt in berlin?
de Muss ich dafür studiert haben?
de In welchen Städten gibt es die meisten Stellen?
de Kann ich auch ohne Docker anfangen?
fr Combien gagne un développeur backend senior ?
fr Quelles compétences faut-il avoir ?
fr Comment devenir ingénieur logiciel ?
fr quel diplome pour ce poste
fr Est-ce que je dois connaître Docker ?
fr Dans quelles villes y a-t-il le plus d'offres ?
fr C'est mieux payé avec l'expérience ?
es ¿Cuánto gana un ingeniero de software?
es que habilidades necesito para ser backend
es ¿Qué título universitario hace falta?
es ¿En qué ciudades hay más trabajo?
es como llego a ser senior
es ¿Tengo que saber Kubernetes?
es Qué herramientas usan los equipos
pt Quanto ganha um engenheiro de software sênior?
pt Quais linguagens preciso saber?
pt Como posso me tornar desenvolvedor backend?
pt onde há mais vagas?
pt Qual formação é exigida?
pt Preciso de um diploma para essa função?
it Quanto guadagna uno sviluppatore backend?
it Quali competenze servono per questo lavoro?
it Come si diventa ingegnere del software?
it serve una laurea?
it In quali città ci sono più posti?
ja シニアエンジニアの年収はいくらですか？
ja Docker は必要ですか
ja どんなスキルが必要？
nl Hoeveel verdient een senior ontwikkelaar?
nl Welke programmeertalen heb ik nodig?
nl hoe word ik backend developer
nl Moet ik een diploma hebben?
sv Vad tjänar en senior utvecklare?
pl Ile zarabia starszy programista?
ru Сколько зарабатывает разработчик?
zh 高级后端工程师的薪水是多少？
tr Kıdemli yazılım mühendisi ne kadar kazanır?
ko 시니어 백엔드 엔지니어의 연봉은 얼마인가요?
"""


def english_questions() -> list[str]:
    files = [path for path in (OWN, *SHARED.glob("*-questions.jsonl")) if path.exists()]
    questions = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    foreign = {"own-g-043", "own-g-044"}
    english = [q for q in questions if "non-english" not in q["tags"] and q["id"] not in foreign]
    return [turn for question in english for turn in question["turns"]]


def test_nearly_all_questions_in_other_languages_are_told_and_none_for_another() -> None:
    asked = [line.split(" ", 1) for line in ASKED.strip().splitlines()]
    told = [(language, language_of(question), question) for language, question in asked]
    assert len(asked) >= 40
    assert [one for one in told if one[1] not in (None, one[0])] == []
    assert sum(language == found for language, found, _ in told) >= 0.9 * len(asked)


def test_hardly_an_english_question_is_taken_for_one_in_another_language() -> None:
    assert len(english_questions()) > 50
    taken = [q for q in english_questions() if language_of(q) not in (None, "en")]
    assert len(taken) <= 0.03 * len(english_questions())


SHORT = (
    "salery?",
    "teh avrage slary of devs",
    "jest?",
    "is Jest a must",
    "los angeles pay?",
    "La Jolla",
    "what was the pay in Des Moines",
    "die hard devs, what do they make",
    "de facto standard tools?",
    "per diem in las vegas?",
    "Is São Paulo in there?",
    "CV review at Le Monde",
    "what does `für die Katze` do",
    "What does 頑張って mean?",
    "```\nder die das ist nicht\n```\nwhat are the build tools?",
    "vue + nuxt 🎉 :tada:",
    "comment?",
    "plus pay?",
)


def test_of_short_misspelt_and_mixed_english_most_is_not_taken_for_another_language() -> None:
    assert sum(language_of(text) in (None, "en") for text in SHORT) >= 0.6 * len(SHORT)


@pytest.mark.parametrize("text", ["", "?", "Kubernetes", "120.000 €", "🎉🎉", "<@U012ABCDEF>", "2034"])
def test_names_figures_and_single_words_tell_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(("locale", "language"), [("de-DE", "de"), ("pt_BR", "pt"), ("ja", "ja"), ("", None)])
def test_a_locale_tells_its_language(locale: str, language: str | None) -> None:
    assert language_of_locale(locale) == language
