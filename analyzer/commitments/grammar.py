"""Which words mean which day: rules over what was heard (`heard`), each with the meaning that makes the day (`days`)."""

from __future__ import annotations

import re
from typing import Literal, cast

from analyzer.commitments.days import MEANINGS, Meaning, plus
from analyzer.commitments.heard import DAYS, MONTHS

Kind = Literal["day", "shy", "time", "measure", "after", "vague", "past"]
"""What is mentioned.

- ``day``: a day, or a period by its last day.
- ``shy``: a day if a preposition or "make it" stands before it; alone, "the second" is more often a thing.
- ``time``: a time of day, of the meeting's day unless another day stands beside it.
- ``measure``: a distance to the day that is named next.
- ``after``: later than a day, which gives no end.
- ``vague``: a deadline that is no day.
- ``past``: what was, and what is denied; no deadline.
"""

_NAMES = {
    "DAYS": DAYS,
    "WEEKDAY": f"(?P<weekday>{DAYS})",
    "MONTHS": MONTHS,
    "MONTH": f"(?P<month>{MONTHS})",
    "NUMBER": r"(?P<day>[12]\d|3[01]|0?[1-9])",
    "YEAR": r"( (of )?(?P<year>20\d\d|this year|next year))?",
    "UNIT": "(?P<unit>week|month|quarter|year)",
    "PERIOD": f"(?P<period>{MONTHS}|q[1-4]|h[12]|#[1-4] quarter)",
    "ENDOF": "(the )?(very )?(end|close) of ",
    "STARTOF": "(the )?(very )?(start|beginning) of ",
    "WEEK": "(this week|(the )?(next|following) week|(the )?week after next)",
    "AWAY": "from|after|following",
    "AHEAD": "before|ahead of|prior to",
    "UNTIL": "before|by|until|till|ahead of",
    "LENGTH": r"(\d{1,3}( or | to |-))?(?!an? minute)(?P<n>the (next|coming)(?! [a-z]+s(?<!business)(?!\S))|the(?= fortnight)"
    r"|half an|an?|another|(a )?couple( of)?|\d{1,4})( and a half)? (more |full |calendar )?(?P<work>working |business )?"
    r"(?P<unit>minute|hour|day|week|fortnight|month|quarter|year)"
    r"('?s)?( or (?P<m>\d{1,2}))?( or so)?( and a half)?( time)?",
    "ITS": "(the|our|my|his|her|their|your)",
    "THEY": "(i|you|we|he|she|they)",
    "ANY": r"[^\s.]+",
    "NAME": r"((?!(i|you|we|he|she|they|way|and|or|so|to|that)\b)[^\s.]+ )",
    "EVENT": "(TALK( TALK)?)",
    "TALK": "(qbr|reviews?|(re)?calls?|meetings?|demos?|visits?|launch|kick ?off|board|conference|renewal|trial|pilot|audit|"
    "sprint|cycle|iteration|release|stand ?up|1 on 1|1 to 1|1:1|session|workshop|presentation|pitch|summit|show|training|"
    "go live|holidays?|vacation|deadline|contract|appointment|lunch|dinner|check in|sync|catch up|interview|season|rollout|"
    "event|tender|debrief|forecast|ride along|negotiation|signing|expo)",
    # what may follow a date or a time, and is not a thing that it counts ("the fifth floor", "by five points")
    "OPEN": r"( (\.|and|or|but|so|if|then|(i|we|you|he|she|they|it|that|there)('\w+)?|at|by|in|on|for|with|to|from|the|an?|"
    "latest|is|was|this|which|when|because|before|after|until|as|not|no|yeah|yes|okay|ok|right|please|just|my|our|his|her|"
    r"their|your|here|works?|will|would|can|could|should|sharp|maybe|promise|anyway|anyhow|whether|like|how|what|who|where|why|while|once|unless|otherwise|also|though|today|tomorrow|tonight|DAYS)(?!\S)|$)",
    "THING": r"(EVENT|of|\d+|floor|times?|page|slide|half|thing|step|part|point|day|week|month|quarter|year|try|attempt|draft|"
    "round|line|item|question|bid|offer|version|site|door|guy|person|customer|buyer|deal|account|order|stage|phase|place|"
    "name|reason|option|one|store|location|row|century|chapter|section)",
    "CLOCK": r"(half past |quarter (past|to) |half )?(1[0-2]|[1-9])( [1-5]\d)?",
    # what was, and what will be
    "WHO": "(?<!if )(?<!can )(?<!could )(?<!should )(?<!would )(?<!will )(?<!shall )(i|we|you|he|she|they|who)",
    "EVER": "(just |already |also |only |actually |finally |both |all )?",
    "WENT": "(went|came|gave|took|spoke|wrote|saw|was|were|rang|did|didn't|happened)",
    "MET": "(met|sent|called|talked|got|had|left|lost|won|closed|signed|finished|shipped|dropped|delivered|emailed|visited|"
    "heard|found|presented|started|tried|walked|showed|bought|ordered|placed|spent|brought|mailed|drove|made|ran|put|"
    "reached|checked|updated|submitted|logged|paid|reviewed|posted|texted|pulled)",
    "WILL": r"(\w+'(ll|d|re)|i'm|will|can|could|would|should|might|may|must|shall|let's|let|please|going|gonna|hop\w+|plan\w*|"
    r"suppos\w+|thinking|need|needs|want|wants|try|say|said|agreed|promised|due|call me|send me)(?!\S)",
}

_GRAMMAR = r"""
the first Monday in May  day  nth  (the )?(#(?P<n>\d)|last) (WEEKDAY|(?P<work>working |business )?day) (of|in)
     ((the |this |the next |next )UNIT|MONTH)
the third week of May  vague  none  (the )?(#\d|last) (week|half|part) (of|in) ((the |this |next )*(month|quarter|year)|MONTHS)
# a part of a period has no end that was given; early and late next week are next week
mid-March  vague  none  ((the )?(middle|#[12] half) of|half ?way through|mid|early( in)?)
     (the |this |next )*(month|quarter|year|q[1-4]|MONTHS)(?! (the )?#?\d)
mid-week  vague  none  (mid|(the )?middle of|early in) (the |this |next )*week|midweek
the fiscal year  vague  none  (ENDOF)?(ITS )?(this |next )?(fiscal|financial|tax|school) (year|quarter)('s)?( end)?
last Monday  past  none  (the |this |these )?(last|past|previous) ((few|couple of|several|\d+) )?
    (DAYS|MONTHS|(day|week|month|quarter|year|hour|night)s?|time|minute|weekend|sprint|q[1-4])
Monday last week  past  none  (DAYS) (of |on )?last( week)?|(the )?(DAYS|week|month) before last
two weeks ago  past  none  ((an?|\d+|few|couple of|several|many) )?(minute|hour|day|week|month|quarter|year|while)s? ago
yesterday  past  none  (the day before )?yesterday|(earlier|so far) (today|(this|in the) \w+)
# an idiom, unless it closes the sentence
at the end of the day, it is the price  past  none  ((?<![^.] )|(?<=and )|(?<=but )|(?<=so )|(?<=because ))at the end of the day
    (?= (?!\.|on |today|tomorrow|DAYS))
the week after next  day  period  (ENDOF)?(the )?UNIT after next
next week or the week after  day  period  (not )?next UNIT (ANY ){0,4}the (week|month|quarter|1) after(?! (next|the|our|my))
# the one after the coming one
the Friday after  day  week on  the WEEKDAY after(?= \.|$)
the Friday after next  day  of week  (the )?WEEKDAY after next
Thursday of next week  day  of week  (the )?WEEKDAY (of |in )?(the )?WEEK
next week on Thursday  day  of week  WEEK (on )?WEEKDAY
Monday week  day  week on  (WEEKDAY|today|tomorrow) (week|fortnight)
two weeks from Friday  measure  measured  ((in|within) )?LENGTH(?= (?P<way>AWAY) (?!now))
within 30 days of the 14th  measure  measured  within LENGTH(?= (?P<way>of) )
a week before the 14th  measure  measured  LENGTH(?= (?P<way>AHEAD) )
a week on Tuesday  measure  measured  (in )?(?P<n>an?|\d+) (?P<unit>week|fortnight)s?(?=( on)? (?P<way>today|tomorrow|DAYS)(?!\S))
the day before the QBR on the 14th  measure  measured  (the )?(last )?(?P<work>working |business )?(?P<unit>day|week|month)(?= (?P<way>AWAY|AHEAD) )
the Friday before the 14th  measure  beside  the WEEKDAY(?= (?P<way>before|after|following) (?!lunch|noon|\d))
the week of the 14th  measure  week of  (the )?week (of|commencing|beginning|starting)
within 48 hours  day  later  (in|within|inside( of)?|give me|over(?= the (next|coming)))
     (about |around |like |maybe |roughly |at most |the next |the coming )*LENGTH( from (now|today))?
ten days from now  day  later  LENGTH from now
# a bare length is a deadline where it is all that was said
a fortnight  day  later  (^(?!1 day)|(?<=say ))(about |roughly |maybe |say )?LENGTH( (tops|max|at most))?( \.)?$
the next working day  day  later  (the )?next (?P<work>working|business) (?P<unit>day)
the twenty-third of April  day  dated  ((DAYS) )?(the )?(?!\d+ may)#?NUMBER (of )?MONTHYEAR
5 May  shy  dated  NUMBER (?P<month>may)YEAR
April 23  day  dated  ((DAYS) (the )?)?MONTH (the )?#?NUMBER(?! of)YEAR
2026-04-23  day  dated  (?P<year>20\d\d)-(?P<month>\d\d)-NUMBER
4/23, American order  shy  dated  (?P<month>1[0-2]|0?[1-9])/NUMBER(/(?P<year>20\d\d|\d\d))?
the fifth of next month  day  monthday  ((DAYS) )?(the )?#NUMBER of (the |this |next )month
# where weekday and number disagree, the number holds
the 14th. The Monday  day  monthday  ((the|on|by) (the )?#NUMBER|#(?P<bare>[4-9]|[12]\d|3[01]))( \.)? the (DAYS)(?! week)
the fifth. Tuesday  day  monthday  (the|on|by) (the )?#NUMBER \. (DAYS)(?! week)
Monday the 14th, Monday or not  day  monthday  ((this |next )?(DAYS) (the )?|the (?=#\d\d))#NUMBER(?! THING(?!\S))
the 5th or the 6th  shy  monthday  (?<!in )(?<!at )(?<!over )(the |(?=#\d+OPEN))(#\d+ (or|to|through) (the )?)?#NUMBER(?! THING(?!\S))
# before and by the weekend its Friday, after it the Monday
over the weekend  day  weekend  ((UNTIL|after|over|on|at|during|for|in) )(the end of )?the weekend|the end of the weekend
next weekend  day  weekend  ((UNTIL|after|over|on|at|during|for|in) )?(ENDOF)?
    ((the )?next|(the |this )coming|this) weekend|(the )?weekend after next
this time next week  day  7  (this|the same|same) (time|day) next week
# a period counts with its last day, "before next week" with the last one ahead of it
early next week  day  period  (ENDOF|STARTOF|(before|early|late|later) )?(the )?(this|next|current|following|(this )?coming)
     UNIT('s)?( end)?
the end of the month  day  period  (ENDOF|STARTOF)(ITS )?UNIT
year-end  day  period  (the )?UNIT('s)? (end|close)
within the week  day  period  (within|inside) the UNIT
EOM  day  period  eo(?P<unit>[wmqy])
before the month is out  shy  period  (the )?UNIT( is|'s) (out|over|up|done)
the end of Q3  day  named  (ENDOF|STARTOF|(before|in|by|until|till|during|through|this|late( in)?) ((MONTHS) or )?)
    (the )?PERIODYEAR(?! (the )?#?\d{1,2}(?!\S))
Q3 end  day  named  (the )?PERIOD('s)? (end|close)YEAR
# a call on a day is due that day, also "before Thursday's call"
Thursday's call  day  weekday  (this |next )?WEEKDAY's (ANY )?EVENT
Thursday's fine  day  weekday  WEEKDAY's (fine|good|great|better|best|ok|okay|perfect)
the Thursday call  day  weekday  ITS (this |next )?WEEKDAY (ANY )?EVENT
the Friday thing  day  weekday  (ITS )?(next )?WEEKDAY('s)? (thing|block|sheet|slot)
the Friday  day  weekday  the WEEKDAY(?=OPEN)
next Friday  day  weekday  (this (coming )?|(the )?next |(the )?(coming|following) )?WEEKDAY( coming)?
    (?! (morning|afternoon|evening|night)s)
today's call  day  0  today's (ANY )?EVENT
tomorrow's call  day  1  tomorrow's (ANY )?EVENT
tomorrow or the day after  day  2  tomorrow or the (day|1) after
tomorrow  day  1  tomorrow
# what is done when the talk is over is done the same day
after this call  day  0  ((right |straight |directly )(now )?after this( call| meeting| chat| talk)?|(now )?after this (call|meeting|chat|talk))(?= \.| and| because| so| i|$)
right now  day  0  (right |straight )now(?= \.| after| before| while| from|$)
tonight  day  0  (later on |later |late )?(today|tonight|this (morning|afternoon|evening))
# said alone it is the next morning
in the morning  time  1  (#1 thing )?in the morning|(?<!the )(?<!my )#1 thing(?= (\.|(on )?(this|next|tomorrow|DAYS))|$)
end of play  time  0  (ENDOF|STARTOF)((the|my|your|our) )?((business|working|work) )?(day|play|business)|eod|cob|eob|eop
noon  time  0  noon|midday|midnight|(within|inside) the (hour|day)|(late|later|early) in the day|in the (afternoon|evening)
by lunch  time  0  (by|before|after|over|at|until|till|around) (breakfast|lunch|dinner|supper)(time)?
by five  time  0  (?<!up )(?<!down )(?<!dropped )(?<!grew )(by|before|at|until|till|after) CLOCK(?=OPEN)
half past five  time  0  CLOCK(:\d\d)? ?(am|pm|o'clock)|(1?\d|2[0-3]):\d\d|(half|quarter) (past|to) \d\d?
"""
"""What phrases mean, the most specific first: what starts first wins, and of rules that start together the upper one.

Two spaces part an example, its kind, its meaning (one of ``MEANINGS``, or so many days ahead) and its pattern, in which
names in capitals stand for ``_NAMES`` and a space for one space.  An indented line continues the one above.
"""

_NO_DAY = r"""(?<!\S)(asap|as soon as (possible|THEY('\w+)? \w+)|(?<!how )(?<!too )(?<!so )(?<!as )soon|shortly
|right away|straight ?away|immediately|eventually|at some point|some ?(day|time)|in due course|before long
|in the near future|in a (minute|moment|#2|sec|bit|while)|when(ever)? THEY (can|get (a|the) \w+)
|(in|within|over) (the )?((next|coming) )?((a )?few|several|some|coming|next) (more )?(hour|day|week|month)s
|((right|just|straight(?= after)) )?(UNTIL|prior to|in time for|after) (ITS|this|that|an?|next) NAME{0,3}?EVENT
|((on|at|for|in|by) )?(ITS )?(next|this|coming) EVENT|(on|at|by|before|until|till) (ITS )?next (1|time)
|(by|before|until|till) ENDOF(ITS|this|that) NAME{0,2}?(EVENT|ANY)
|(UNTIL|after) (christmas|easter|thanksgiving|new year('s)?)( eve| day)?
|(before|until|till|ahead of|prior to|in time for|after) ITS (new |next |final |big |whole )?ANY
|(before|until|till) ((he|she|they) ANY|THEY (go|leave|meet|start|fly|hang up)))(?!\S)"""
"""Soon, and events."""
_NOW = r"""(?<!\S)((right |straight )?now|((right|straight) )?after this(?= (\.|and|because|so|i|i'm|i'll|it|on)(?!\S)|$)
|(straight|right) after(?= \.|$)|((when|once|(as )?soon as|the (minute|moment|second|#2))
 (THEY hang up|(i'm|we're|i am|we are|i get|we get|we come) (done|through|finished)|THEY ((get|am|are) )?off(?= (here|this|the call|the phone|\.)|$))
( (here|(this|the) (call|phone)|(with|on) this( call)?|this))?)
|before (i|you) (even )?((go|get) (home|in|to bed|out of this ANY)|dial in|leave( (today|tonight)|(?= \.|$)))
|before (i've|you've|we've) (even )?had (my|your) (lunch|dinner|tea)|on (my|the|your) way home)(?!\S)"""
"""What is done when the talk is over, or before the day is, is done the same day."""
_POINTING = r"""(?<!\S)((the|that) (same|very) (day|week|morning|afternoon|evening|night)|same (day|week)
|that (day|week|morning|afternoon|evening|night)|(the )?(day|week|morning|evening) (after|before)( that)?(?= \.|$)|by then
|^(on |by )?the (DAYS)$|^afterwards?$)(?!\S)"""
"""A day that counts from another one."""


def _plain(text: str) -> str:
    """Return the regular expression behind a pattern: names filled in, groups plain."""
    names = "|".join(sorted(_NAMES, key=len, reverse=True))
    while (filled := re.sub(names, lambda name: _NAMES[name[0]], text)) != text:
        text = filled
    return re.sub(r"\((?!\?)", "(?:", text.replace("\n", ""))


def compiled(text: str) -> re.Pattern[str]:
    """Return a pattern of the grammar as a regular expression; names in capitals stand for what ``_NAMES`` says."""
    return re.compile(_plain(text))


def _rule(line: str) -> tuple[re.Pattern[str], Kind, Meaning]:
    _, kind, meaning, pattern = re.split("  +", line, maxsplit=3)
    return (
        compiled(rf"({pattern})(?!\S)"),
        cast(Kind, kind),
        plus(int(meaning)) if meaning.isdigit() else MEANINGS[meaning],
    )


RULES = [_rule(line) for line in _GRAMMAR.strip().replace("\n    ", "").split("\n") if line[0] != "#"]
SPOKEN = re.compile(rf"(?<!\S)(?:{'|'.join(re.sub(r'[?]P<[a-z]+>', '?:', rule.pattern) for rule, _, _ in RULES)})")
VAGUE = compiled(_NO_DAY)
AT_ONCE = compiled(_NOW)
POINTS = compiled(_POINTING)
