"""Whether two questions mean the same: same role, level, place and topic, in whatever words.

A question is read into terms: the kind of answer wanted, roles, levels, places, topics, figures, negations, directions,
and every other word that is not mere asking. Two questions mean the same when all of that is the same. Words that this
file does not know tell questions apart: to take two questions for one is worse than to miss that they are one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from bot.figures import figures
from knowledge.questions import Ask, Part, parts, plain
from knowledge.spelling import LONG_WORD, english_words, mend
from knowledge.words import fold, stem

# Expressions that mean the same, folded; they are met by their stems, the longest first. One meaning a line.
_ROLES = """
software-engineer: software engineer, software developer, software dev, software development, software programmer, software engineering, developer, dev, devs, development, programmer, coder, swe, sde
sre: sre, site reliability engineer, site reliability, reliability engineer
devops-engineer: devops, devops engineer
backend-engineer: backend, back end, server side, serverside
frontend-engineer: frontend, front end, client side
fullstack-engineer: fullstack, full stack
ios-engineer: ios
android-engineer: android
qa-engineer: qa, quality assurance, tester, qa tester, software tester, test engineer, quality engineer
qa-analyst: qa analyst, quality analyst, quality assurance analyst
ml-engineer: ml engineer, machine learning engineer
data-scientist: data science, data scientist
data-analyst: data analyst, data analysis, data analytics
data-engineer: data engineer, data engineering
product-manager: product manager, product management
project-manager: project manager, project management
program-manager: program manager, programme manager
engineering-manager: engineering manager, software engineering manager
scrum-master: scrum master
tech-lead: tech lead, technical lead, techlead
team-lead: team lead, team leader
dba: dba, database administrator, database admin
sysadmin: sysadmin, system administrator, systems administrator, sys admin
ux-designer: ux designer, user experience designer, ux design
ui-designer: ui designer, ui design
physio: physio, physiotherapist
vet: vet, veterinarian
lawyer: lawyer, attorney, solicitor
doctor: doctor, physician
nurse-practitioner: nurse practitioner
teacher: teacher, teaching
accountant: accountant, accounting
"""
_KINDS = "backend frontend fullstack mobile ios android devops data ml ai security cybersecurity cloud embedded game gaming platform infrastructure network web systems system hardware product"
"""Words before "engineer" or "developer" that say which kind; "software" between them says nothing."""
_LEVELS = """
junior: junior, jr, jnr, entry level, entry-level, entrylevel
mid: mid, mid level, midlevel, intermediate, middle level, medior
senior: senior, sr, snr
staff: staff
principal: principal
lead: lead
head: head
associate: associate
graduate: graduate, grad, new grad
intern: intern, internship
trainee: trainee, traineeship
director: director
"""
_PLACES = """
usa: usa, united states, the states, america, united states of america
uk: uk, united kingdom, britain, great britain
new-york: new york city, nyc
san-francisco: san francisco, sf
los-angeles: los angeles
washington-dc: washington dc, dc
london: london, ldn
uae: uae, united arab emirates
netherlands: netherlands, holland
czechia: czechia, czech republic
"""
_TECHNOLOGIES = """
kubernetes: kubernetes, k8s
javascript: javascript, js
typescript: typescript, ts
postgres: postgres, postgresql
rails: rails, ruby on rails, ror
aws: aws, amazon web services
gcp: gcp, google cloud
golang: golang, go developer, go programmer, go language
"""
_TOPICS = """
pay: pay, paid, salary, wage, compensation, comp, earn, earning, remuneration, income, paycheck, paycheque, pay rate, going rate, rate of pay, salary package, get paid, well paid, payscale, pay scale, pay grade, pay check, expect to earn, expect to make, make money, charge
max: highest, maximum, max, top paid, best paid, top paying, best paying, pay the most, paid the most, earn the most, make the most
min: lowest, minimum, min
starting: starting pay, starting wage, start salary, starting salary
range: range, band, bracket
bonus: bonus, bonuses
equity: equity, stock, stock option, rsu, esop
raise: raise, pay rise, payrise, salary increase, pay raise, pay increase, salary raise
pension: pension, retirement plan, 401k
negotiate: negotiate, negotiation, haggle
cost: cost, price, fee, tuition
vacation: vacation, holiday, pto, annual leave, time off, paid leave, vacation day, paid time off, holiday day, days off
sick-leave: sick leave, sick day, sick pay
maternity: maternity, maternity leave, mat leave
paternity: paternity, paternity leave
parental: parental leave, parental
notice: notice period, notice, resignation period
hours: hour, hrs, working hour, work hour, workweek, working week, working time, hours a week, hours per week, weekly hour, weekly working hour
overtime: overtime, extra hours
night: night, night shift
oncall: on call, oncall, pager, on call rota, on call rotation, on call schedule, on call duty, on call shift
remote: remote, remotely, wfh, work from home, working from home, home office, from home, telework, telecommute, remote work, remote job
onsite: onsite, on site, in office, in the office
hybrid: hybrid
part-time: part time, parttime
full-time: full time, fulltime
place: where, place, city, town, location, spot, area
growth: growth, grow, outlook, job outlook, job market, job prospect, prospect, job growth, in demand, demand, future
duty: duty, responsibility, responsible, responsible for, task, day to day, day to day responsibility, do all day, what do they do, job description, in charge of, tasked with, daily task, daily work, typical day, do day to day, do on a daily basis, job entail, role entail, entail, job of, role of, day to day job, day to day work
skill: skill, ability, competence, competency, competencies, good at, should know, make a good, make a great, skillset, skill set, be able to do, knowledge, expertise
need-to-know: need to know, needs to know, have to know, has to know, must know, required to know
soft-skill: soft skill, people skill, interpersonal skill
tech-skill: technical skill, tech skill, hard skill
tool: tool, tooling, toolset, tech stack, techstack, toolchain
language: programming language, language, coding language
coding: coding, code, programming
degree: degree, education, diploma, university degree, college degree, university education, qualification, study, major, academic background, educational background
bachelor: bachelor, bsc, undergraduate degree, bachelor degree
master: msc, masters, master degree, masters degree
phd: phd, doctorate
certificate: certificate, certification, cert, certified
course: course, class, training course
bootcamp: bootcamp, boot camp
experience: experience, yoe
interview: interview, interview process, interviewing, job interview, interview loop
interview-question: interview question
system-design-interview: system design interview
coding-interview: coding interview
prepare: prepare, prep, preparation, get ready, study for, studying for, practice for, ready for
promote: promote, promotion, promoted, level up, move up, get to the next level
life: day in the life, it like to be, it like to work as, it like being, it like working as, life of
ladder: career ladder, ladder, career level, job level, career path, career track, career progression, levels on the career ladder
become: become, becoming, how to be, what does it take to be, take to be a, take to be an, start a career as, start a career in, starting a career as, starting a career in, career in, road to, roadmap, route into, enter the field of, get started in, get started with, get going in, get into, break into, path, pathway, route, to be a, to be an, getting into, breaking into, way into, start out as, get started as, start as, train as, work my way to
move: move, switch, transition, change career, pivot
difference: difference, different, differ, vs, versus, compare, comparison, distinguish
review: performance review, appraisal, performance appraisal, performance evaluation, annual review
cv: cv, resume, curriculum vitae
company: company, employer, organisation, organization, firm, business to work for
openings: are there job, are there any job, any job, job available, opening, vacancy, vacancies
hire: hire, recruit, hiring, recruitment, take on
apply: apply, applying, application
job-get: get hired
visa: visa, work permit
expect: expect, expectation
need: need, require, requirement, necessary, mandatory, must, must have, criteria, criterion, compulsory, prerequisite, have to have, have to, has to
can: possible, able to, allowed, permitted, may i, can i, can you
quit: quit, resign, leave the job, leave my job, leave the profession, hand in notice, leaving the job, people leave
talk: talk to, speak to, speak with, talk with, ask about, reach out to, contact, go to for
reports: direct report, reporting to, people reporting to, report to them, reports to them, people under them
manage-people: manage people, managing people
hard: hard, difficult, tough, challenging
easy: easy, simple
boss: boss, my boss, line manager, my manager, your manager, our manager
worth: worth, worth it, worthwhile, worth getting
learn: learn, pick up
optional: nice to have, optional, bonus skill
book: book, read, book to read
"""
_LIGHT = """
a an the u ur abt ppl gimme wat wats hw tho btw lol but entitled entitlement entitle i me my mine myself you your yours yourself he him his she hers it its we us our ours they them their theirs
am is are was were be been being do does did doing done has have had having will would shall could may might m re ve ll d s
and so then as if because since given whether though although
of in on at by for with to into onto upon about between among through within toward towards per via around across along during
what which who whom whose when why how this that these those there here whats hows wheres whos theres thats im ive id dont
just also too very quite rather really actually basically simply even still yet already again ever all any both each every either some such own please pls plz thanks thank thx ty hi hello hey hiya ok okay yes well
morning afternoon evening everyone everybody anyone anybody someone somebody folks guys
get got gets getting give gives given tell show let say says said know like want wanna like would
guide document handbook article information info detail details
question wonder wondering curious hope hoping think thinking guess
recommend recommended suggest suggested suggestion advice advise tip tips idea ideas thought thoughts explain explanation describe description list name mention overview
use uses used using useful help helpful needed
thing things stuff way ways lot lots bit kind kinds sort sorts type types example examples case point points
person people human work works working worked job jobs role roles position positions career careers profession occupation
matter matters bother bothering land landing offer offers offered provide provides provided available exist exists receive receives received obtain eligible handle until considered actual request requests requested
day days week weeks month months year years time times yr yrs nowadays currently current today now these annual annually yearly daily weekly
make makes made making take takes taken taking go goes going come comes keep put look looks looking find see seen earn
good great best decent fine right big main key important essential main core general generally overall usual usually normal normally typical typically common commonly often mostly roughly approximately exactly exact precise specific specifically particular average avg mean
much many long far quickly fast expected involved happen happens happening
projected out usually generally currently actually level levels people does process involve involves
should can eventually step steps length number total amount roughly frequently frequency often reason reasons
define definition meaning stand stands mean means happen average
"""
_SYNONYMS = """
cybersecurity: cybersecurity, cyber security, infosec, information security, it security
book-keep: bookkeeping, book keeping
flight-attendant: flight attendant, cabin crew, air hostess
firefighter: firefighter, fire fighter, fireman
healthcare: healthcare, health care
startup: startup, start up
freelance: freelance, freelancer, self employed
conference: conference
law-school: law school
side-project: side project
licence: licence, license, licensing, licensed
begin: begin, start, commence, starting
finish: finish, complete, end
big: big, large
customer: customer, client
child: child, children, kid
exam: exam, examination
relocate: relocate, relocation, moving cost
laid-off: layoff, laid off, lay off, redundancy, redundant
fired: fired, dismissed, sacked, let go, dismissal
probation: probation, trial period, probationary period, probation period
one-on-one: one on one, 1 on 1, one to one
goal: goal, objective, okr
reimburse: reimburse, reimbursement, refund, expense, claim back
health-insurance: health insurance, medical insurance, health plan, health cover, health coverage
trip: travel, trip, business trip, business travel, work travel
sabbatical: sabbatical, career break
job-offer: job offer
mentor: mentor, mentorship, mentoring
budget: budget, allowance, stipend
colleague: colleague, coworker, teammate
clothes: dress code, wear
stress: stress, stressful
employee: employee, staff member
approve: approve, approval, sign off
programme: programme, program
centre: centre, center
open-source: open source
computer-science: computer science, comp sci, compsci, cs
"""
_OWN_STEMS = {"internal": "internal", "international": "international", "police": "police", "production": "production",
            "staffing": "staffing", "experiment": "experiment", "seniority": "seniority", "marketing": "marketing",
            "operations": "operations", "university": "university", "universities": "university", "yearly": "yearly",
            "developing": "developing", "develop": "developing", "development": "development", "masters": "masters",
            "programming": "programming", "teaching": "teaching", "accounting": "accounting", "marketer": "marketer",
            "organization": "organisation", "organizations": "organisation", "meeting": "meeting", "meetings": "meeting",
            "analytical": "analytical", "customs": "customs", "animal": "animal", "doctorate": "doctorate", "programmer": "programmer", "programmers": "programmer", "allowance": "allowance", "allowances": "allowance", "expensive": "expensive", "animals": "animal", "engine": "engine", "executive": "executive", "executives": "executive", "general": "general", "years": "year", "yrs": "year", "yr": "year", "designer": "designer",
            "designers": "designer", "manager": "manager", "managers": "manager", "operator": "operator", "operators": "operator"}  # fmt: skip
"""Words that keep apart from others with the same stem."""

_TABLES = {
    "=": _TOPICS,
    "": _SYNONYMS,
    "technology:": _TECHNOLOGIES,
    "place:": _PLACES,
    "level:": _LEVELS,
    "role:": _ROLES,
}
LONGEST = 6
"""Words of the longest expression of the tables."""
MENDED_SHARE = 0.6
"""Where most words are unknown, this share of them must be near a known one for the text to be English."""

_FOLLOWING = re.compile(
    r"^(?:and|or|but|what about|how about|also|only|just|same|then|which (?:one|of)|the other)\b", re.I
)
_NOT_POINTING = re.compile(
    r"(?i:\b(?:is|was|would|will|does|do|did|makes?|find|can|could) it (?:still |really |even |usually |actually |better |ever )?(?:take|cost|possible|worth|hard|easy|difficult|tough|normal|common|required|necessary|better|ok|okay|allowed|help|make sense|mean|mandatory|usual|good|bad|true|realistic|important|like to|feel)\b"
    r"|\bit(?:'s| is| was)? (?:takes?|possible|worth|hard|easy|costs?|like)\b|\bis it (?:\w+ )?to\b|\bdo they (?:usually |typically |normally )?(?:ask|look for)\b|(?<=\w[,;] )how (?:do|can|should|would) (?:i|you|we|one) (?:do|achieve) (?:that|this|it)\b|\bworth it\b"
    r"|\b(?:is|are|was|were) there\b|\bthere(?:'s| is| are| was| were|s)\b|^(?:hi|hey|hello) there\b|\b(?!(?:is|are|was|were|do|does|did|of|in|than|for|about|like|at|to|with|can|could|should|would|will|on|and|or|what|how)\b)\w+ that(?= \w)|\b(?:this|these) (?:year|month|week|days|company)\b)|\bIT\b"
)  # fmt: skip
_POINTING = re.compile(r"\b(?:it|its|those|these|this|that|there|he|him|his|she|her)\b", re.I)
_PRONOUN = re.compile(r"\b(?:they|them|their|theirs|one|ones)\b", re.I)

_LEAD_IN = re.compile(
    r"\b(?:(?:can|could|would|will) (?:you|u|someone|anyone|anybody|somebody)(?: here| please| pls| kindly)* (?:tell|explain|help|give|show|share|let|describe|list)(?: to)?(?: me| us)?(?: know| understand)?"
    r"|do (?:you|u) (?:guys )?(?:happen to )?know|does (?:anyone|anybody|someone)(?: here)? (?:happen to )?know|(?:i|we)(?:'d| would| want| wanted)?(?: really)?(?: like| love)? to (?:know|understand|ask|hear|find out)"
    r"|i(?:'m| am|m)? (?:just )?(?:wondering|curious|looking for|trying to (?:find out|understand|figure out))(?: about| of)?|i was wondering|any (?:ideas?|clue|info)(?: on| about)?"
    r"|(?:i )?(?:don't|dont|do not) (?:really )?(?:know|understand)|not sure|(?:please |pls )?(?:tell|explain to) (?:me|us)|quick (?:question|q)|just asking)\b",
    re.I,
)
_COURTESY = re.compile(
    r"\b(?:(?:many )?thanks in advance|(?:any )?(?:help|advice|input) (?:is |would be )?(?:much |greatly |really )?appreciated|much appreciated|cheers|sorry if .*? before|hope (?:you are|everyone is) (?:well|fine))\b",
    re.I,
)
_OPENING = r"^(?:(?:hey|hi|hello|hiya|ok|okay|so|well|also|and|but|guys|all|there|everyone|team|folks|please|pls|thx|thanks)\b[\s,:!–-]*)*"
_AUXILIARY = r"(?:is|are|was|were|do|does|did|can|could|should|will|would|am|has|have|must|may|isn't|aren't|don't|doesn't|can't|shouldn't)"
_WANTED = {
    kind: re.compile(pattern, re.I)
    for kind, pattern in (
        ("why", r"\bwhy\b|\bhow come\b|\breasons? (?:why|that|for|people|behind)\b|\bwhat(?:'s| is| are) the (?:main )?reasons?\b"),
        ("how often", r"\bhow (?:often|frequently|regularly|many times)\b|\bfrequency\b"),
        ("hours", r"\bhow many (?:\w+ )?(?:hours|hrs)\b"),
        ("how long", r"\bhow long\b|\blength of\b|\bduration\b|\bhow many (?:\w+ ){0,3}?(?:years|yrs|months|weeks|days)\b|\bhow much (?:\w+ ){0,2}?(?:time|experience|pto|vacation|leave|holiday)\b|\btime (?:needed |required |it takes )?to (?!off)|\btime (?:needed|required)\b|\b(?:years|yrs) of experience (?:required|needed|necessary|for|to|do|does|is)\b|\bnumber of (?:\w+ )?(?:years|days|weeks|months)\b"),
        ("whether", r"\bhow (?:hard|difficult|easy|tough|likely|realistic)\b|" + _OPENING + _AUXILIARY + r"\b|(?:^|[,;:–-]\s*)" + _AUXILIARY + r" (?!you\b)|^(?:if|whether)\b"),
        ("how many", r"\bhow many\b|\bnumber of\b|\bcount of\b"),
        ("when", r"\bwhen\b|\bhow soon\b|\b(?:what|which) (?:date|month|day|time)\b"),
        ("who", r"\b(?:who|whom|whose)\b"),
        ("what", r"\b(?:what|which|how|where)\b"),
    )
}  # fmt: skip
"""What is asked for, each with the words that ask for it; the words that stand first decide."""
_WHETHER_AT_END = re.compile(
    r"\b(?:required|needed|necessary|mandatory|allowed|possible|worth it|ok|essential)\W*$|^(?:need|needs|possible|worth|allowed|any)\b.*\?$", re.I
)  # fmt: skip
_DEFINITION = re.compile(r"\bdefin(?:e|ition)\b|\bmeaning of\b|\bstands? for\b|\bmeans?\b", re.I)
_WHAT_IS_A = re.compile(r"\bwhat(?:'s| is| are|s)\s+(?!the\b)", re.I)
_DO = re.compile(r"\bwhat (?:do|does|would|will)\b.{1,60}\bdo\b(?! (?:i|you|we|they)\b)", re.I)
_EARN = re.compile(
    r"\b(?:how much|what) (?:money )?(?:do|does|would|can|will|could|should|did|is|are)\b.{1,70}\b(?:make|makes|making|take home|bring home|get|be on|be paid|be earning)\b",
    re.I,
)
_ASKED = re.compile(r"\bquestions?\b|\basked\b|\b(?:they|interviewers|companies|employers) ask\b", re.I)
_SHOULD = re.compile(r"\bshould\b", re.I)
_ESSENTIAL = re.compile(r"\bessential\b", re.I)
_FIND_A_JOB = re.compile(r"\b(?:get|land|find|getting|landing|finding)\b.{0,40}\bjobs?\b", re.I)
_TO_ME = re.compile(r"\b(?:to|over|than|under|above|with|manages?|reviews?|promotes?|mentors?) (?:me|us)\b", re.I)
_PERSON = re.compile(r"role:.*|engin|nurs|chef|pilot|\w+(?:er|or|ist|ian|ant)|\w*(?:director|manager|analyst|doctor)")
_REWRITTEN = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\bU\.?S\.?(?:A\b\.?)?(?![\w.])|(?<=\bin )us\b|(?<=\bthe )us\b|^us\b", "USA"),
        (r"(?i)(?:\b(?:at|in|by|from) )?\b(?:the|our|my|your|this) (?:company|firm|organi[sz]ation|employer|workplace)\b", " "),
        (r"(?i)(?:\b(?:more than|over|above|at least|minimum of|upwards of)|>)\s*(?=[$£€]?\d)", " atleast "),
        (r"(?i)(?:\b(?:less than|fewer than|under|below|at most|up to|maximum of)|<)\s*(?=[$£€]?\d)", " atmost "),
        (r"(?i)\bmost (?=(?:common|important|useful|essential|typical)\b)", " "),
        (r"(?i)\bw/o\b", "without"),
        (r"(?i)\bw/(?=\s)", "with"),
        (r"(?i)n['’]t\b", " not"),
        (r"(?i)['’](?:s|re|ve|ll|d|m)\b", " "),
        (r"(?<=\w) I(?=\W*$| (?:salary|pay|earns?|makes?|in|at|role|position|level|vs|and|or|to)\b)", " levelone"),
    )
)  # fmt: skip
_TOKEN = re.compile(r"(?i:(?:c|f)#|c\+\+|\.net\b|[^\W_]+)")
_AMOUNT = re.compile(r"\d+[km]")
_SPAN = re.compile(r"\d+-year")
_TOWNS = frozenset(["nice", "reading", "bath", "mobile", "cork", "bend", "split", "la"])
"""Places whose names are other words too."""
_BEFORE_NAMES = frozenset(["in", "at", "from", "near", "to", "for", "with", "the"])
_MARKERS = {
    **dict.fromkeys(
        ["not", "no", "without", "never", "cannot", "cant", "dont", "doesnt", "isnt", "arent", "lacking"], "not"
    ),
    **dict.fromkeys(["to", "into"], "to"),
    **{word: word for word in ["from", "than", "before", "after", "instead", "over", "under"]},
}
_UNITS = frozenset(["year", "month", "week", "day"])
_ACRONYMS = frozenset(
    ["sre", "swe", "sde", "dba", "pm", "em", "po", "ceo", "cto", "cfo", "hr", "qa", "cv", "dev", "bdm", "sdr", "tpm"]
)
_STAGES = frozenset(["engin", "manager", "designer", "nurs", "architect"])
_LEADING_THERE = frozenset(f"={topic}" for topic in ["degree", "bachelor", "master", "phd", "skill", "soft-skill", "tech-skill", "certificate", "experience", "course", "tool", "language", "bootcamp", "cv"])  # fmt: skip
"""Topics that are asked about on the way into a role: "a degree to become a nurse" is "a degree for nurses"."""
_ABOUT_NOTHING = frozenset(["=become", "=need", "=worth"])


@dataclass(frozen=True)
class Meaning:
    """What a question asks, so that it can be compared with others.

    `wanted` is the kind of answer (what, how long, whether, why ...); `names` are the roles, levels, places and
    technologies known here, `topics` what is asked about them, `others` every other word that carries the question. A
    term may tell how it stands there ("not degree", "from nurse"). `stands_alone` is false where a message holds several
    questions or leans on what was said before it: it means the same as nothing but its own words, and what those mean
    is for the conversation to tell.
    """

    question: str
    wanted: str
    names: frozenset[str]
    topics: frozenset[str]
    others: frozenset[str]
    figures: frozenset[str]
    stands_alone: bool

    @property
    def compared(self) -> tuple[object, ...]:
        """What is the same in questions that mean the same."""
        if not self.stands_alone:
            return (" ".join(self.question.casefold().split()),)
        return self.wanted, self.names, self.topics, self.others, self.figures


class Knowledge(Protocol):
    """What is asked of search."""

    def read(self, message: str, earlier: Sequence[str] = ()) -> list[Ask]:
        """The questions of a message, in the words of the guides."""


class Meanings:
    """Reads questions so that they can be compared. Slips in the words of the guides are mended."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    async def of(self, question: str) -> Meaning:
        """What a question means."""
        return read(mend(question, self._slips(question)))

    async def groups(self, questions: Sequence[str]) -> list[list[int]]:
        """The places of questions that mean the same, largest group first, then by the first question of each."""
        groups: dict[tuple[object, ...], list[int]] = {}
        for place, question in enumerate(questions):
            groups.setdefault((await self.of(question)).compared, []).append(place)
        return sorted(groups.values(), key=lambda group: (-len(group), group[0]))

    def _slips(self, question: str) -> dict[str, str]:
        """The long words that are a slip away from a word of the guides; short ones may be names of their own."""
        from rapidfuzz.distance import OSA

        unknown = [word for word in _written(question) if len(word) >= LONG_WORD and not _is_known(word)]
        meant = {word: self._knowledge.read(word)[0].meant for word in unknown}
        return {word: other for word, other in meant.items() if OSA.distance(word, other) == 1}


def same(one: Meaning, other: Meaning) -> bool:
    """Whether two questions mean the same."""
    return one.compared == other.compared


def read(question: str) -> Meaning:
    """What a question means, with slips in the words known here mended."""
    every = parts(_COURTESY.sub(" ", question))
    asked = [part for part in every if _sequence(_told(part.question))] or every[:1] or [Part("")]
    main = _told(asked[0].question)
    terms = set(_placed(_joined(_sequence(_told(" ".join(f"{part.background} {part.question}" for part in asked))))))
    wanted = _settle(terms, _wanted(main), main)
    names = frozenset(term for term in terms if ":" in term)
    topics = frozenset(term for term in terms if "=" in term)
    others = frozenset(terms - names - topics)
    about = topics - _ABOUT_NOTHING or others or (names and (topics or wanted == "definition"))
    alone = len(asked) == 1 and bool(about) and not _leans(asked[0].question)
    return Meaning(question, wanted, names, topics, others, figures(plain(question)), alone)


def _told(text: str) -> str:
    """A text without the words that only lead to what is asked, its slips mended."""
    text = plain(text)
    return _LEAD_IN.sub(" ", mend(text, _corrected(_written(text)))).strip(" ,:-")


def _leans(question: str) -> bool:
    """Whether a question points to what was said before it."""
    text = _NOT_POINTING.sub(" ", question.strip())
    if _FOLLOWING.match(text) or _POINTING.search(text):
        return True
    pronoun = _PRONOUN.search(text)
    return pronoun is not None and all("=" in term for term in _sequence(text[: pronoun.start()]))


def _wanted(text: str) -> str:
    """The kind of answer that the first words of asking ask for."""
    found = [
        (match.start(), order) for order, pattern in enumerate(_WANTED.values()) if (match := pattern.search(text))
    ]
    if found:
        return list(_WANTED)[min(found)[1]]
    return "whether" if _WHETHER_AT_END.search(text) else "what"


def _settle(terms: set[str], wanted: str, question: str) -> str:
    """The kind of answer, once the terms say what is said by the way and no more than what counts."""
    subjects = {term for term in terms if ":" not in term}
    if wanted == "what":
        wanted = _plain_question(terms, subjects, question)
    _name_by_the_way(terms, wanted, question)
    _leave_out(terms, wanted, subjects)
    if wanted == "hours":
        terms.add("=hours")
        return "what"
    return "how long" if wanted == "what" and terms & {"=notice", "=vacation"} else wanted


def _plain_question(terms: set[str], subjects: set[str], question: str) -> str:
    """Whether "what" asks for a definition; otherwise the topic that a question without one asks about is added."""
    topics = {term for term in subjects if "=" in term}
    if not topics and _EARN.search(question):
        terms.add("=pay")
    elif not topics and _DO.search(question):
        terms.add("=duty")
    elif _DEFINITION.search(question) or (not topics and _WHAT_IS_A.search(question)):
        return "definition"
    elif not subjects - {"=become"} and _FIND_A_JOB.search(question):
        terms.add("=job-get")
    return "what"


def _name_by_the_way(terms: set[str], wanted: str, question: str) -> None:
    """Adds the terms that several words of a question say together."""
    if _TO_ME.search(question):
        terms.add("me")
    if wanted == "whether" and _SHOULD.search(question):
        terms.add("should")
    if wanted == "whether" and _ESSENTIAL.search(question):
        terms.add("=need")
    if "=interview" in terms and _ASKED.search(question):
        terms -= {"=interview", "question", "ask"}
        terms.add("=interview-question")
    if "=need-to-know" in terms:
        terms.remove("=need-to-know")
        terms.add("=need" if wanted == "whether" else "=skill")
    if any(term.startswith(("from level:", "from role:")) for term in terms):
        terms -= {"=become", "=move", "=promote"}
        terms.add("=step")


def _leave_out(terms: set[str], wanted: str, subjects: set[str]) -> None:
    """Takes away the terms that say nothing beside the others."""
    terms.discard("=can")
    if terms & _LEADING_THERE or (wanted == "whether" and "=need" in terms):
        terms.discard("=become")
    if any(_SPAN.fullmatch(term) for term in terms):
        terms.discard("=experience")
    if wanted != "whether" and subjects - {"=need", "=can"}:
        terms.discard("=need")


def _sequence(text: str) -> list[str]:
    """The terms of a text in order: meanings of the tables, markers (<not>, <from>), stems of other words."""
    for pattern, instead in _REWRITTEN:
        text = pattern.sub(instead, text)
    shouted = 2 * sum(word[:1].isupper() for word in text.split()) > len(text.split())
    tokens = _TOKEN.findall(text.lower() if shouted else text)
    keys = [_key(token) for token in tokens]
    found: list[str] = []
    place = 0
    while place < len(keys):
        length, term = _longest(keys, place) or (1, _single(tokens, keys, place))
        found.extend([term] if term else [])
        place += length
    return found


def _longest(keys: Sequence[str], place: int) -> tuple[int, str] | None:
    """The longest expression of the tables that begins at a place: how many words, and its term."""
    found = ((length, _table().get(tuple(keys[place : place + length]))) for length in range(LONGEST, 0, -1))
    return next(((length, term) for length, term in found if term and place + length <= len(keys)), None)


def _single(tokens: Sequence[str], keys: Sequence[str], place: int) -> str:
    """The term of a word that the tables do not know; empty where it says nothing."""
    word, before, after = fold(tokens[place]), fold(tokens[place - 1]) if place else "", (*keys, "")[place + 1]
    if word in _MARKERS:
        return f"<{_MARKERS[word]}>"
    if (number := stem(word)).isdigit():
        return f"{number}-{after}" if after in _UNITS else ""
    if _AMOUNT.fullmatch(word):
        return ""
    named = before in _BEFORE_NAMES and (word in _TOWNS or tokens[place][:1].isupper())
    return keys[place] if named or word not in _light() else ""


def _joined(sequence: Sequence[str]) -> list[str]:
    """The terms, with the word before "engineer" or "developer" that says which kind made one role with it."""
    joined: list[str] = []
    for term in sequence:
        before = joined[-1] if joined else ""
        if term not in ("role:software-engineer", "engin", "softwar"):
            joined.append(term)
        elif before.startswith("role:") and before.endswith(("-engineer", ":sre")) and before != term:
            continue
        elif before in _kinds() and term != "softwar":
            joined[-1] = f"role:{_kinds()[before]}-engineer"
        elif before == "softwar":
            joined[-1] = "role:software-engineer"
        else:
            joined.append(term)
    return joined


def _placed(sequence: Sequence[str]) -> Iterator[str]:
    """The terms with how they stand in the question: denied, where one comes from, what is compared with."""
    next_, following = "", ""
    persons = list(dict.fromkeys(term for term in sequence if _PERSON.fullmatch(term)))
    first = persons[0] if len(persons) > 1 and not {"=difference", "<from>", "<than>"} & set(sequence) else ""
    for place, term in enumerate(sequence):
        match term:
            case "<to>":
                next_, following = "", "" if following == "from" else following
            case "<from>" if "<to>" in sequence[place:]:
                following = "from"
            case "<than>":
                following = "than"
            case _ if term.startswith("<"):
                next_ = term.strip("<>")
            case _:
                left = "from" if _is_left(sequence, place) else "first" if term == first else ""
                yield f"{next_ or following or left} {term}".strip()
                next_ = ""
    if next_ == "not":
        yield next_


def _is_left(sequence: Sequence[str], place: int) -> bool:
    """Whether a role or level is where one comes from (mid to senior; how do engineers become managers)."""
    match sequence[place : place + 3]:
        case [before, "<to>" | "=become", after]:
            return _is_stage(before) and _is_stage(after)
    return False


def _is_stage(term: str) -> bool:
    return term.startswith(("role:", "level:")) or term in _STAGES


def _written(text: str) -> list[str]:
    """The words of a text that may be slips: those written without a capital."""
    return list(dict.fromkeys(word for word in _TOKEN.findall(plain(text)) if word.isalpha() and word.islower()))


def _corrected(written: Sequence[str]) -> dict[str, str]:
    """The slips among words and what each was meant to be; none in a text that is in another language."""
    unknown = [word for word in written if not _is_known(word)]
    nearest = {word: meant for word in unknown if (meant := _nearest(word))}
    foreign = 2 * len(unknown) > len(written) and len(nearest) < MENDED_SHARE * len(unknown)
    return {} if foreign else nearest


def _is_known(word: str) -> bool:
    return bool({word, word.removesuffix("s"), stem(word)} & _lexicon()) or word in english_words()


@lru_cache(maxsize=4096)
def _nearest(word: str) -> str:
    """The word known here that another was most likely meant to be; empty when it is near none."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = 2 if len(word) >= LONG_WORD else 1
    near = process.extract(word, _lexicon(), scorer=OSA.distance, score_cutoff=slips, limit=20)
    likely = [
        (far, other[:1] != word[:1], other) for other, far, _ in near if len(other) > 4 or sorted(other) == sorted(word)
    ]
    return min(likely)[2] if likely and len(word) > 2 else ""


def _key(word: str) -> str:
    """What stands for all forms of a word: its stem, apart from those in which different words meet."""
    folded = fold(word)
    singular = folded.removesuffix("s")
    return _OWN_STEMS.get(folded) or (singular if singular in _ACRONYMS else stem(folded))


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, ...], str]:
    """The keys of every expression of the tables -> its term."""
    return {
        tuple(map(_key, _TOKEN.findall(expression))): f"{prefix}{name}"
        for prefix, listed in _TABLES.items()
        for name, expressions in _entries(listed)
        for expression in expressions
    }


def _entries(listed: str) -> Iterator[tuple[str, list[str]]]:
    for line in listed.strip().splitlines():
        name, _, expressions = line.partition(":")
        yield name, expressions.split(",")


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    return frozenset(_LIGHT.split())


@lru_cache(maxsize=1)
def _kinds() -> dict[str, str]:
    return {_key(kind): kind for kind in _KINDS.split()}


@lru_cache(maxsize=1)
def _lexicon() -> frozenset[str]:
    """The words of the tables, which slips are mended to."""
    return frozenset(_TOKEN.findall(" ".join([*_TABLES.values(), _LIGHT, _KINDS, "engineer designer manager"])))
