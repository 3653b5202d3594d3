//! Who owes something, or is owed it.

use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::sql_all;
use crate::store::Tx;

/// Everybody of ours who has to do with something that is not done, manages a partner, or answers for partners that nobody manages.
pub async fn who_may_owe_or_be_owed(tx: &mut Tx) -> Result<Vec<UserId>> {
    let rows = sql_all!(
        tx,
        (String,),
        "SELECT owner FROM commitments WHERE state = 'open' UNION SELECT created_by FROM commitments WHERE state = 'open' \
         UNION SELECT ours FROM introductions WHERE state IN ('requested', 'agreed', 'made', 'met') \
         UNION SELECT created_by FROM introductions WHERE state IN ('requested', 'agreed', 'made', 'met') \
         UNION SELECT requester FROM asks WHERE state IN ('asked', 'missing', 'with_partner', 'answered') \
         UNION SELECT requester FROM session_requests WHERE state IN ('asked', 'proposed') \
         UNION SELECT manager FROM partners WHERE manager IS NOT NULL \
         UNION SELECT user_id FROM roles WHERE role IN ('partner_manager', 'admin')"
    )?;
    Ok(rows.into_iter().map(|(id,)| id.into()).collect())
}
