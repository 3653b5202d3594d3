//! What other companies tell the world: a feed for each, as far as the clock has come.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use html_escape::{encode_double_quoted_attribute, encode_text};
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;

use super::Inner;
use super::world::News;

/// `/feeds/<domain>.xml`, in RSS 2.0.
pub fn routes() -> Router<Arc<Inner>> {
    Router::new().route("/feeds/{file}", get(feed))
}

async fn feed(State(inner): State<Arc<Inner>>, Path(file): Path<String>) -> Response {
    let world = &inner.options.world;
    let domain = file.strip_suffix(".xml");
    let Some(team) = world.others.iter().find(|team| Some(team.domain.as_str()) == domain) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let now = inner.options.clock.now();
    let told = world.news.iter().filter(|news| news.team == team.id && news.at <= now);
    let items: String = told.map(item).collect();
    let name = encode_text(&team.name);
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>{name}</title>{items}</channel></rss>\n"
    );
    ([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], feed).into_response()
}

fn item(news: &News) -> String {
    let day = rfc2822::to_string(&news.at.to_zoned(TimeZone::UTC)).unwrap_or_default();
    let link = encode_double_quoted_attribute(&news.link);
    format!(
        "<item><title>{}</title><link>{link}</link><guid>{link}</guid><pubDate>{day}</pubDate></item>",
        encode_text(&news.title)
    )
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};

    use super::super::{Options, Sandbox, World};
    use crate::kernel::clock::Clock;

    #[tokio::test]
    async fn a_feed_tells_what_was_published_by_then() {
        let clock = Clock::starting_at("2026-03-06T09:00:00Z".parse().unwrap());
        let options = Options { world: World::demo(), ..Options::new(clock.clone()) };
        let sandbox = Sandbox::start(options).await.unwrap();
        let get =
            async |domain| sandbox.inner.http.get(sandbox.feed_url(domain).parse().unwrap()).await.unwrap();
        let titles = async || {
            let said = Body::new(get("northwind").await.into_body());
            let feed = feed_rs::parser::parse(&to_bytes(said, 10_000).await.unwrap()[..]).unwrap();
            feed.entries.into_iter().map(|e| e.title.unwrap().content).collect::<Vec<_>>()
        };
        assert_eq!(titles().await, ["Northwind opens an office in Lyon"]);
        assert!(clock.advance_to("2026-03-09T08:00:00Z".parse().unwrap()));
        assert_eq!(titles().await.len(), 2);
        assert_eq!(get("acme").await.status(), 404);
        sandbox.stop().await;
    }
}
