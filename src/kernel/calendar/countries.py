"""Writes countries.txt: weekends, zones and public holidays of every country that the Python package `holidays` knows.

    python3 -m venv venv && venv/bin/pip install holidays pycountry pytz && venv/bin/python countries.py > countries.txt

Run it once a year, or when a government moves a day. The package (MIT, many editors, a release every fortnight) knows the
national holidays of about 250 countries; those of regions are left to the settings, but for PARTS.
"""

import warnings
from collections import defaultdict

import holidays
import pycountry
import pytz

YEARS = range(2025, 2036)
# Where most of a country rests on days that its smallest part does not: the part whose days are taken.
PARTS = {"GB": "ENG"}

HEADER = f"""\
# Weekends, time zones and public holidays by country, {YEARS[0]} to {YEARS[-1]}; written by countries.py.
# Holidays: the Python package holidays {holidays.__version__}, https://github.com/vacanza/holidays
# Copyright (c) Vacanza Team and individual contributors; (c) dr-prodigy, 2017-2023; (c) ryanss, 2014-2017; MIT licence.
# Zones: zone.tab of the IANA time zone database, public domain.
#
# =SE|Sweden|67|Europe/Stockholm   a country: its code, its name, the weekdays off (Monday is 1), its zones
# New Year's Day|0101              a holiday on the same day of every year
# Good Friday|250418 260403        a holiday on these days
years|{YEARS[0]} {YEARS[-1]}
"""


def weekend(found):
    days = sorted(day + 1 for day in found.weekend)
    # Where the law rests on Sunday alone, offices rest on Saturday too.
    return "67" if days == [7] else "".join(map(str, days))


def lines(code):
    found = holidays.country_holidays(code, years=YEARS, language="en_US", subdiv=PARTS.get(code))
    country = pycountry.countries.get(alpha_2=code)
    name = getattr(country, "common_name", country.name)
    zones = " ".join(pytz.country_timezones.get(code, []))
    yield f"={code}|{name}|{weekend(found)}|{zones}"
    by_name = defaultdict(list)
    for day, words in sorted(found.items()):
        if day.year in YEARS:
            by_name[words.replace("|", "/")].append(day)
    for words, days in by_name.items():
        same = {(day.month, day.day) for day in days}
        fixed = len(same) == 1 and len(days) == len(YEARS)
        written = [days[0].strftime("%m%d")] if fixed else [day.strftime("%y%m%d") for day in days]
        yield f"{words}|{' '.join(written)}"


def main():
    warnings.simplefilter("ignore")
    print(HEADER, end="")
    for code in sorted(c for c in holidays.list_supported_countries(include_aliases=False) if len(c) == 2):
        if pycountry.countries.get(alpha_2=code):
            print("\n".join(lines(code)))


if __name__ == "__main__":
    main()
