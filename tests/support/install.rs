//! A browser that installs the app: it follows the way to Slack's page and back, with its cookie.

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;

/// What a page answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub body: String,
}

pub async fn get(url: &str, cookie: &str) -> Answer {
    let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let reply = browser.get(url).header(COOKIE, cookie).send().await.unwrap();
    let header =
        |name| reply.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let cookie = header(SET_COOKIE).split(';').next().unwrap_or_default().to_owned();
    Answer {
        status: reply.status().as_u16(),
        location: header(LOCATION),
        cookie,
        body: reply.text().await.unwrap(),
    }
}

/// From the app's page to Slack's and to where Slack sends back: that address, and the cookie to go there with.
pub async fn to_slack_and_back(url: &str) -> (String, String) {
    let begun = get(&format!("{url}/slack/install"), "").await;
    assert_eq!(begun.status, 302, "{}", begun.body);
    let asked = get(&begun.location, "").await;
    assert_eq!(asked.status, 302, "{}", asked.body);
    (asked.location, begun.cookie)
}

/// The whole way; what the last page says.
pub async fn through_slacks_pages(url: &str) -> Answer {
    let (back, cookie) = to_slack_and_back(url).await;
    get(&back, &cookie).await
}
