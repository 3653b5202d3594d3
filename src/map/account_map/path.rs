//! Intro paths: the shortest chain of trust from one of ours to somebody at an account.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::ids::{ContactId, StakeholderId, UserId};

/// Somebody on a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// One of ours: where every path begins.
    Us(UserId),
    /// Somebody at a partner.
    Contact(ContactId),
    /// Somebody at an account: where every path ends.
    Person(StakeholderId),
}

/// Somebody knows somebody, that well, as it counts today.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Who knows.
    pub from: Node,
    /// Whom.
    pub to: Node,
    /// From 1 to 5.
    pub strength: i64,
}

/// A chain of trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// One of ours, whoever stands between, and whom it leads to.
    pub nodes: Vec<Node>,
    /// How well each knows the next; one less than the nodes.
    pub links: Vec<i64>,
}

impl Path {
    /// As strong as its weakest link.
    pub fn strength(&self) -> i64 {
        self.links.iter().copied().min().unwrap_or(0)
    }

    /// Who makes the introduction: the last before whom it leads to; nobody where one of ours knows them.
    pub fn introducer(&self) -> Option<&Node> {
        self.nodes.iter().rev().nth(1).filter(|node| !matches!(node, Node::Us(_)))
    }

    /// The best first: the stronger, then the shorter, then always in one order.
    fn place(&self) -> (Reverse<i64>, usize, &[Node]) {
        (Reverse(self.strength()), self.nodes.len(), &self.nodes)
    }
}

/// How somebody is reached from our side.
struct Reached {
    /// The weakest link on the way.
    strength: i64,
    /// Who knows them; nobody before one of ours.
    before: Option<Node>,
}

/// Who knows whom how well; the strongest word of each pair counts.
type Graph = BTreeMap<Node, BTreeMap<Node, i64>>;

/// The paths to somebody, the best first: one for each who could introduce us, as short as a chain to them can be, and of
/// the short ones the strongest. A chain with somebody in it who knows them already is longer than needed and left out.
pub fn to(target: &StakeholderId, edges: &[Edge]) -> Vec<Path> {
    let target = Node::Person(target.clone());
    let mut graph = Graph::new();
    for edge in edges.iter().filter(|e| e.from != e.to && !matches!(e.from, Node::Person(_))) {
        let known = graph.entry(edge.from.clone()).or_default().entry(edge.to.clone()).or_insert(0);
        *known = (*known).max(edge.strength);
    }
    let reached = reach(&graph);
    let knows = |who: &Node| graph.get(who).and_then(|known| known.get(&target)).copied();
    let mut paths: Vec<Path> = reached
        .keys()
        .filter_map(|last| {
            let strength = knows(last)?;
            let mut nodes = chain(&reached, last);
            if nodes.iter().rev().skip(1).any(|earlier| knows(earlier).is_some()) {
                return None;
            }
            let mut links: Vec<i64> =
                nodes.windows(2).filter_map(|pair| graph.get(&pair[0])?.get(&pair[1]).copied()).collect();
            nodes.push(target.clone());
            links.push(strength);
            Some(Path { nodes, links })
        })
        .collect();
    paths.sort_by(|a, b| a.place().cmp(&b.place()));
    paths
}

/// Everybody on the way whom our side reaches, step by step: nobody later than needed.
fn reach(graph: &Graph) -> BTreeMap<Node, Reached> {
    let ours = graph.keys().filter(|node| matches!(node, Node::Us(_)));
    let mut reached: BTreeMap<Node, Reached> =
        ours.map(|node| (node.clone(), Reached { strength: 5, before: None })).collect();
    let mut edge: BTreeSet<Node> = reached.keys().cloned().collect();
    while !edge.is_empty() {
        let mut next: BTreeMap<Node, Reached> = BTreeMap::new();
        for from in &edge {
            let so_far = reached.get(from).map_or(0, |r| r.strength);
            for (to, strength) in graph.get(from).into_iter().flatten() {
                if !matches!(to, Node::Contact(_)) || reached.contains_key(to) {
                    continue;
                }
                let strength = so_far.min(*strength);
                // In order, so that of two equals the first stays.
                if next.get(to).is_none_or(|known| known.strength < strength) {
                    next.insert(to.clone(), Reached { strength, before: Some(from.clone()) });
                }
            }
        }
        edge = next.keys().cloned().collect();
        reached.append(&mut next);
    }
    reached
}

fn chain(reached: &BTreeMap<Node, Reached>, last: &Node) -> Vec<Node> {
    let mut nodes = vec![last.clone()];
    while let Some(before) = nodes.last().and_then(|n| reached.get(n)).and_then(|r| r.before.clone()) {
        nodes.push(before);
    }
    nodes.reverse();
    nodes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn node(name: &str) -> Node {
        match name.chars().next() {
            Some('u') => Node::Us(name.into()),
            Some('c') => Node::Contact(name.into()),
            _ => Node::Person(name.into()),
        }
    }

    fn edges(all: &[(&str, &str, i64)]) -> Vec<Edge> {
        all.iter().map(|(a, b, s)| Edge { from: node(a), to: node(b), strength: *s }).collect()
    }

    fn words(path: &Path) -> String {
        let name = |n: &Node| match n {
            Node::Us(id) => id.to_string(),
            Node::Contact(id) => id.to_string(),
            Node::Person(id) => id.to_string(),
        };
        let mut out = name(&path.nodes[0]);
        for (node, link) in path.nodes[1..].iter().zip(&path.links) {
            out.push_str(&format!(" {link} {}", name(node)));
        }
        out
    }

    fn found(all: &[(&str, &str, i64)]) -> Vec<String> {
        to(&"p1".into(), &edges(all)).iter().map(words).collect()
    }

    #[test]
    fn the_stronger_then_the_shorter_comes_first() {
        assert_eq!(
            found(&[("u1", "c1", 4), ("c1", "p1", 5), ("u1", "p1", 2), ("u2", "p1", 4)]),
            ["u2 4 p1", "u1 2 p1"],
            "whoever knows them needs nobody between"
        );
        assert_eq!(
            found(&[("u1", "c1", 4), ("c1", "p1", 5), ("u2", "p1", 2)]),
            ["u1 4 c1 5 p1", "u2 2 p1"],
            "a good introduction is worth more than having met"
        );
    }

    #[test]
    fn nobody_is_reached_through_more_people_than_needed() {
        assert_eq!(
            found(&[("u1", "c1", 1), ("u1", "c2", 5), ("c2", "c1", 5), ("c1", "p1", 5)]),
            ["u1 1 c1 5 p1"]
        );
        assert_eq!(
            found(&[("u1", "c1", 3), ("c1", "c2", 5), ("c1", "p1", 2), ("c2", "p1", 5)]),
            ["u1 3 c1 2 p1"],
            "c1 knows them: c2 is one more than needed"
        );
        assert_eq!(found(&[("c1", "p1", 5)]), Vec::<String>::new(), "nobody of ours knows c1");
        assert_eq!(found(&[("u1", "c1", 3), ("u2", "c1", 5), ("c1", "p1", 4)]), ["u2 5 c1 4 p1"]);
    }

    fn graph() -> impl Strategy<Value = Vec<Edge>> {
        const NAMES: [&str; 10] = ["u1", "u2", "u3", "c1", "c2", "c3", "c4", "p1", "p2", "p3"];
        let name = prop::sample::select(NAMES.to_vec());
        prop::collection::vec((name.clone(), name, 1i64..=5), 0..40).prop_map(|all| {
            all.iter().map(|(a, b, s)| Edge { from: node(a), to: node(b), strength: *s }).collect()
        })
    }

    /// How many links the shortest chain has from our side to `last` over partners' contacts, by trying all of them.
    fn shortest(edges: &[Edge], last: &Node) -> Option<usize> {
        let mut here: BTreeSet<&Node> =
            edges.iter().map(|e| &e.from).filter(|n| matches!(n, Node::Us(_))).collect();
        (0..=edges.len()).find(|_| {
            if here.contains(last) {
                return true;
            }
            let next: Vec<&Node> = edges
                .iter()
                .filter(|e| here.contains(&e.from) && matches!(e.to, Node::Contact(_)))
                .map(|e| &e.to)
                .collect();
            here.extend(next);
            false
        })
    }

    proptest! {
        #[test]
        fn a_path_is_true_short_and_without_repetition(edges in graph()) {
            let best = |a: &Node, b: &Node| {
                edges.iter().filter(|e| e.from == *a && e.to == *b).map(|e| e.strength).max()
            };
            let paths = to(&"p1".into(), &edges);
            for path in &paths {
                prop_assert!(matches!(path.nodes.first(), Some(Node::Us(_))));
                prop_assert_eq!(path.nodes.last(), Some(&node("p1")));
                prop_assert_eq!(path.links.len() + 1, path.nodes.len());
                let people: BTreeSet<&Node> = path.nodes.iter().collect();
                prop_assert_eq!(people.len(), path.nodes.len(), "nobody stands there twice");
                for (pair, link) in path.nodes.windows(2).zip(&path.links) {
                    prop_assert_eq!(best(&pair[0], &pair[1]), Some(*link), "each link was said");
                }
                for (at, early) in path.nodes.iter().enumerate() {
                    for late in path.nodes.iter().skip(at + 2) {
                        prop_assert!(best(early, late).is_none(), "nobody can be left out");
                    }
                }
                let last = &path.nodes[path.nodes.len() - 2];
                prop_assert_eq!(shortest(&edges, last), Some(path.nodes.len() - 2));
                prop_assert_eq!(path.strength(), path.links.iter().copied().min().unwrap());
            }
            for pair in paths.windows(2) {
                prop_assert!(pair[0].strength() >= pair[1].strength(), "the best first");
            }
            // Whoever of ours knows them is a path, so that none is missed.
            let direct: BTreeSet<&Node> = edges
                .iter()
                .filter(|e| matches!(e.from, Node::Us(_)) && e.to == node("p1"))
                .map(|e| &e.from)
                .collect();
            prop_assert_eq!(paths.iter().filter(|p| p.nodes.len() == 2).count(), direct.len());
        }

        #[test]
        fn the_order_in_which_things_were_said_changes_nothing(edges in graph(), seed in any::<u64>()) {
            let mut other = edges.clone();
            let count = other.len().max(1);
            for at in 0..other.len() {
                other.swap(at, usize::try_from(seed % count as u64).unwrap());
            }
            other.reverse();
            prop_assert_eq!(to(&"p1".into(), &edges), to(&"p1".into(), &other));
        }
    }
}
