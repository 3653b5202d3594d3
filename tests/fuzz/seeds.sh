#!/bin/sh
# Gives the fuzz targets something to begin with, in corpus/ (not kept in git): the labelled corpus, lists, a sheet, dates.
set -eu
cd "$(dirname "$0")"
mkdir -p corpus/message corpus/check corpus/table corpus/dates corpus/signature corpus/render
split -l 1 -a 4 ../corpus/overlaps.jsonl corpus/message/overlap-
awk 'NR % 20 == 1' ../corpus/drafts.jsonl | split -l 1 -a 4 - corpus/check/draft-
printf 'account,domain,partner,our_population,their_population,owner,amount,currency,stage\n"Acme, Inc",acme.com,Northwind,Open opps,Customers,jo@example.com,"1,200",USD,Legal\nGlobex,globex.com,,,,,,,\n' > corpus/table/list
printf 'Exported 1 March;;\nFirma;Website;Northwind: Account Owner Name\nMüller & Söhne;mueller.de;Jo\n' > corpus/table/semicolons
printf '<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Account</t></is></c><c r="B1" t="inlineStr"><is><t>Domain</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>Acme</t></is></c><c r="B2" t="str"><v>acme.com</v></c></row><row r="3"><c r="A3"><v>7</v></c></row></sheetData></worksheet>' > corpus/table/sheet
for written in 'friday' 'next tue' '12 dec' 'in 2 weeks' 'end of month' '2026-12-12' 'Fri 12 Dec 2031' '3/4' '29.2.' 'the 31st' 'q3 2027'; do
  printf '\002\003%s' "$written" > "corpus/dates/$(printf '%s' "$written" | tr ' /' '__')"
done
