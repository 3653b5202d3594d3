//! Which records are overlaps, which are the same one, and what is worth a question.

use super::record::{Record, Records, names};
use super::segment::Stream;
use crate::map::name;

impl Stream<'_> {
    /// All records judged, at the end of the message.
    pub(super) fn finish(mut self) -> Records {
        let mut out = Records::default();
        // A partner that was named once, after its accounts, is everyone's.
        let late = names(&self.above.partners, self.tokens);
        for record in &mut self.records {
            record.offer_partners(&late);
            record.settle();
        }
        let announced = self.announced || self.above.announced;
        let listed = |r: &&Record| !r.partners.is_empty() && r.domain.is_some();
        let list = self.records.iter().filter(listed).count() > 1;
        let first = self.records.iter().find(listed).filter(|_| list).cloned();
        for record in self.records {
            record_into(&mut out, record);
        }
        if out.sure.is_empty() && out.doubtful.is_none() {
            let mut record = Record::default();
            let facts_chatty = self.above.facts.chatty;
            self.above.facts.unsided.clear();
            record.take(&self.above.facts, self.tokens);
            record.partners = late;
            record.settle();
            let (ours, theirs) = (record.ours.is_some(), !record.theirs.is_empty());
            let meant = self.meant && !record.partners.is_empty();
            let told = announced && !facts_chatty && (meant || ours || theirs || record.our_amount.is_some());
            out.doubtful = first.or((told || ours && theirs && !facts_chatty).then_some(record));
        }
        out
    }
}

fn record_into(out: &mut Records, record: Record) {
    if !record.is_overlap() {
        if record.announced && record.placed && !record.chatty && out.doubtful.is_none() {
            out.doubtful = Some(record);
        }
        return;
    }
    let same = |r: &Record| {
        let named = match (&r.account, &record.account) {
            (Some(a), Some(b)) => name::key(a) == name::key(b),
            _ => r.domain.is_some() && r.domain == record.domain,
        };
        named && (r.partners == record.partners || r.partners.is_empty() || record.partners.is_empty())
    };
    match out.sure.iter_mut().find(|r| same(r)) {
        Some(known) => {
            let fuller = record.account.as_ref().map(String::len) > known.account.as_ref().map(String::len);
            if fuller && known.account.is_some() {
                known.account.clone_from(&record.account);
            }
            known.fill(&record);
        }
        None => out.sure.push(record),
    }
}
