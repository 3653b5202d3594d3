//! Weighs the candidates: a stream of pairs out of the database, a stream of odds back into it.

use futures_util::TryStreamExt;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{AssertSqlSafe, Row as _};

use super::rows::{self, Lines, Restored, Shared};
use super::{PIECE, Scratch};
use crate::kernel::error::Result;
use crate::map::matching::assign::FAMILY;
use crate::map::matching::engine;
use crate::map::matching::evidence::Ours;
use crate::map::matching::ground::{Scales, Sides};
use crate::map::matching::grounds::WebTie;
use crate::map::matching::list::List;

/// Pairs that are weighed together.
const BATCH: usize = 1024;

/// A batch of pairs: the account at each place of one list is compared with the one at the same place of the other.
#[derive(Default)]
struct Batch {
    ours: List,
    theirs: List,
    shared: Shared,
    pairs: Vec<Pair>,
}

/// Where the two stand in their lists, and what else is stored of the pair.
struct Pair {
    ours: i32,
    theirs: i32,
    our_first: i32,
    their_first: i32,
    small: bool,
}

impl Scratch {
    /// Weighs the pairs of the table `from` and adds to `pairs` those that are not hopeless.
    pub(super) async fn weigh(&self, from: &str, scales: &Scales) -> Result<()> {
        let statement = format!(
            "SELECT p.ours, p.theirs, {}, {} FROM {from} p JOIN ours a ON a.place = p.ours JOIN our_keys x ON x.place = p.ours \
             JOIN theirs b ON b.place = p.theirs JOIN their_keys y ON y.place = p.theirs",
            rows::restored_columns("a", "x"),
            rows::restored_columns("b", "y"),
        );
        let mut copy = self.pool.copy_in_raw("COPY pairs FROM STDIN").await?;
        let mut rows = sqlx::query(AssertSqlSafe(statement)).fetch(&self.pool);
        let (mut batch, mut lines) = (Batch::default(), Lines::default());
        while let Some(row) = rows.try_next().await? {
            let (ours, theirs) = (rows::restored(&row, 2)?, rows::restored(&row, 2 + rows::RESTORED)?);
            batch.add(row.try_get(0)?, row.try_get(1)?, &ours, &theirs);
            if batch.pairs.len() == BATCH {
                batch.weigh(scales, &mut lines);
            }
            if lines.len() > PIECE {
                copy.send(lines.taken()).await?;
            }
        }
        batch.weigh(scales, &mut lines);
        copy.send(lines.taken()).await?;
        copy.finish().await?;
        self.step(&["ANALYZE pairs".to_owned()]).await
    }
}

impl Batch {
    fn add(&mut self, our_place: i32, their_place: i32, ours: &Restored, theirs: &Restored) {
        self.ours.restore(&ours.loose);
        self.theirs.restore(&theirs.loose);
        self.shared.add(ours, theirs);
        let small = ours.on_domain as usize <= FAMILY && theirs.on_domain as usize <= FAMILY;
        let (our_first, their_first) = (ours.first, theirs.first);
        self.pairs.push(Pair { ours: our_place, theirs: their_place, our_first, their_first, small });
    }

    /// Weighs the pairs, writes them down and forgets them.
    fn weigh(&mut self, scales: &Scales, lines: &mut Lines) {
        let (ours, theirs) = (&self.ours, &self.theirs);
        let (our_bits, their_bits) = (scales.bits_of_words(ours), scales.bits_of_words(theirs));
        let sides =
            Sides { ours, theirs, our_bits: &our_bits, their_bits: &their_bits, scales, crowd: &self.shared };
        let mut weighed = Vec::with_capacity(1);
        for (at, pair) in (0u32..).zip(&self.pairs) {
            weighed.clear();
            engine::weigh(&sides, &mut Ours::new(&sides, at), &[at], &engine::Known::default(), &mut weighed);
            for one in &weighed {
                lines.number(pair.ours).number(pair.theirs).number(pair.our_first).number(pair.their_first);
                lines.number(one.odds).number(one.weight()).number(one.grounds.packed());
                lines.flag(one.grounds.web == WebTie::Same).flag(pair.small).end();
            }
        }
        self.ours.clear();
        self.theirs.clear();
        self.shared.clear();
        self.pairs.clear();
    }
}
