"""Which translations pass: none that says something else than the sentence that was checked."""

import pytest

from bot.answering.translating import says_the_same

SALARY = "The average salary is about $120,000 per year in the United States."


@pytest.mark.parametrize(
    ("language", "translation"),
    [
        ("de", "Das Durchschnittsgehalt in den Vereinigten Staaten liegt bei etwa 120.000 $ pro Jahr."),
        ("de", "Das Durchschnittsgehalt in den USA liegt bei etwa $120,000 im Jahr."),
        ("fr", "Le salaire moyen est d'environ 120 000 $ par an aux États-Unis."),
        ("es", "El salario medio es de unos 120.000 dólares al año en Estados Unidos."),
        ("pt", "O salário médio é de cerca de US$ 120.000 por ano nos Estados Unidos."),
        ("it", "Lo stipendio medio è di circa 120.000 dollari all'anno negli Stati Uniti."),
        ("nl", "Het gemiddelde salaris is ongeveer $120.000 per jaar in de Verenigde Staten."),
        ("ja", "米国での平均年収は約120,000ドルです。"),
    ],
)
def test_a_translation_that_keeps_everything_passes_however_its_language_writes_amounts(
    language: str, translation: str
) -> None:
    assert says_the_same(SALARY, translation, "en", language)


@pytest.mark.parametrize(
    ("sentence", "language", "translation"),
    [
        (SALARY, "de", "Das Durchschnittsgehalt in den USA liegt bei etwa 110.000 $ pro Jahr."),
        (SALARY, "de", "Das Durchschnittsgehalt in den USA liegt bei etwa 120.000 € pro Jahr."),
        (SALARY, "de", "Das Durchschnittsgehalt in den USA liegt bei etwa 120.000 $ pro Monat."),
        (SALARY, "de", "Das Durchschnittsgehalt in den USA liegt nicht bei 120.000 $ pro Jahr."),
        (SALARY, "de", "Das Durchschnittsgehalt liegt bei etwa 120.000 $ pro Jahr."),
        (SALARY, "fr", "Le salaire moyen est de 120 000 $ par an à Londres et aux États-Unis."),
        (SALARY, "fr", "Le salaire moyen est de 120 000 $ par an aux États-Unis. [2]"),
        (SALARY, "es", SALARY),
        ("You do not need a degree.", "de", "Sie brauchen einen Abschluss."),
        ("You need a degree.", "fr", "Vous n'avez pas besoin de diplôme."),
        ("They use Git, Docker and Jenkins.", "fr", "Ils utilisent Git, Docker et Kubernetes."),
        ("They use Git, Docker and Jenkins.", "es", "Usan Git y Docker."),
        ("C++ and C# matter.", "ja", "C++とC#とRustが重要です。"),
        ("Growth is 15 percent.", "de", "Das Wachstum beträgt 15."),
        ("Nurses have five weeks of leave.", "de", "Pflegekräfte haben sechs Wochen Urlaub."),
        ("Juniors get $27,000 and seniors $60,000.", "de", "Junioren bekommen $60,000 und Senioren $27,000."),
        ("It pays well.", "de", "Es wird gut bezahlt, siehe https://evil.example und vieles mehr."),
    ],
)
def test_a_translation_that_says_something_else_does_not_pass(sentence: str, language: str, translation: str) -> None:
    assert not says_the_same(sentence, translation, "en", language)


@pytest.mark.parametrize(
    ("sentence", "language", "translation"),
    [
        ("You do not need a degree.", "de", "Sie brauchen keinen Abschluss."),
        ("Nurses have five weeks of leave.", "de", "Pflegekräfte haben fünf Wochen Urlaub."),
        ("Nurses have five weeks of leave.", "fr", "Les infirmiers ont 5 semaines de congé."),
        ("Growth is 2.5% from 2024 to 2034.", "de", "Das Wachstum beträgt 2,5 Prozent von 2024 bis 2034."),
        ("Pay is $1,200 to $3,400 a month.", "es", "El sueldo es de 1.200 a 3.400 $ al mes."),
        ("They use Git, Docker and Jenkins.", "fr", "Ils utilisent Git, Docker et Jenkins."),
        ("Communication", "de", "Kommunikation"),
    ],
)
def test_numbers_may_change_their_writing_and_nothing_else(sentence: str, language: str, translation: str) -> None:
    assert says_the_same(sentence, translation, "en", language)
