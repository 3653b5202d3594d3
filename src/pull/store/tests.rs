//! How the statements are gone about.

use super::*;
use crate::store::steps;

#[tokio::test]
async fn what_is_counted_by_partner_is_counted_in_an_index() {
    for sql in [worth_by_partner(), worked_by_partner()] {
        assert_eq!(steps::of(sql).await, "SCAN o USING COVERING INDEX overlaps_standing");
    }
    let largest = steps::of(largest_by_partner()).await;
    assert!(largest.contains("SCAN o USING COVERING INDEX overlaps_by_amount"), "{largest}");
    assert!(
        largest.contains("SEARCH o USING INDEX overlaps_by_amount (partner_id=? AND amount_hundredths=?)"),
        "{largest}"
    );
}
