//! Ports: free or taken, by whom, and which one is next.

use super::world::World;
use crate::cluster::{Cluster, ClusterName, config};
use crate::context::Context;
use crate::docker::container::State;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::wait::query;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

/// Whether a port can be published on this machine. Docker publishes on both families where no
/// address is given.
pub fn is_free(bind: Option<IpAddr>, port: u16) -> bool {
    match bind {
        Some(ip) => can_listen(ip, port),
        None => {
            can_listen(Ipv4Addr::UNSPECIFIED.into(), port)
                && can_listen(Ipv6Addr::UNSPECIFIED.into(), port)
        }
    }
}

fn can_listen(ip: IpAddr, port: u16) -> bool {
    match TcpListener::bind((ip, port)) {
        Ok(_) => true,
        // Only "in use" is: ports below 1024 are the engine's to open, not ours, a machine
        // without IPv6 is none of this check's business, and a wrong address is docker's to refuse.
        Err(error) => error.kind() != ErrorKind::AddrInUse,
    }
}

/// Fails when a port of the cluster is taken by anybody but the cluster itself.
pub fn check(ctx: &Context, world: &World, cluster: &Cluster) -> Result<()> {
    if !world.engine.local {
        // Another machine's ports cannot be tried from here; its docker refuses a taken one.
        return Ok(());
    }
    let server_bind = cluster.bind.or(Some(Ipv4Addr::UNSPECIFIED.into()));
    let wanted = [
        (server_bind, Some(cluster.port), "the server", "--port"),
        (
            cluster.bind,
            cluster.database.host_port,
            "the database",
            "--db-port",
        ),
    ];
    let own = own_ports(world);
    for (bind, port, what, flag) in wanted {
        let Some(port) = port else { continue };
        if !own.contains(&port) && !is_free(bind, port) {
            return Err(taken(ctx, world, cluster, port, what, flag));
        }
    }
    Ok(())
}

/// Ports that the cluster's own live containers hold.
fn own_ports(world: &World) -> BTreeSet<u16> {
    let alive = |state| matches!(state, State::Running | State::Restarting | State::Paused);
    let containers = world.containers.iter().filter(|c| alive(c.state));
    containers
        .flat_map(|c| c.ports.iter().map(|p| p.port))
        .collect()
}

fn taken(
    ctx: &Context,
    world: &World,
    cluster: &Cluster,
    port: u16,
    what: &str,
    flag: &str,
) -> Failure {
    let others = others_ports(ctx, Some(&world.name));
    let next = next_free(port, cluster.bind, &others);
    let holder = holder(ctx, world, port);
    let by = match &holder {
        Some((name, project)) if project.is_empty() => format!("container `{name}`"),
        Some((name, project)) => format!("container `{name}` of compose project `{project}`"),
        None => "another program".to_owned(),
    };
    let message = format!(
        "could not start cluster `{}`: port {port}, wanted for {what}, is taken by {by}",
        world.name
    );
    let mut failure = Failure::new(Kind::PortInUse, message);
    if let Some(next) = next {
        failure = failure.hint(format!(
            "use another: `{} {flag} {next}`",
            world.name.command("start")
        ));
    }
    match holder {
        Some((name, _)) => failure.hint(format!("or free it: `docker stop {name}`")),
        None => failure.hint(format!(
            "or see which program it is: `ss -ltnp sport = :{port}`"
        )),
    }
}

/// The container that publishes a port, and its project.
fn holder(ctx: &Context, world: &World, port: u16) -> Option<(String, String)> {
    // Only for the message: not knowing the holder is no failure of its own.
    let answer = query(ctx, &world.tools.publishers(port)).ok()?;
    let (name, project) = answer.stdout.lines().next()?.split_once('\t')?;
    Some((name.to_owned(), project.to_owned()))
}

/// A port pair for a new cluster: the documented ones for `local`, the next free ones for others.
pub fn choose(ctx: &Context, world: &World, cluster: &mut Cluster, port: bool, db_port: bool) {
    if world.name.is_local() {
        return;
    }
    let others = others_ports(ctx, Some(&world.name));
    if port && let Some(free) = next_free(cluster.port, cluster.bind, &others) {
        cluster.port = free;
    }
    if db_port
        && let Some(port) = cluster.database.host_port
        && let Some(free) = next_free(port, cluster.bind, &others)
    {
        cluster.database.host_port = Some(free);
    }
}

/// The first port from `from` on that is free here and no cluster's, for a server that is none.
pub fn next(ctx: &Context, from: u16, bind: Option<IpAddr>) -> u16 {
    let others = others_ports(ctx, None);
    next_free(from, bind, &others).unwrap_or(from)
}

fn next_free(from: u16, bind: Option<IpAddr>, others: &BTreeSet<u16>) -> Option<u16> {
    (from..=u16::MAX)
        .take(1000)
        .find(|port| !others.contains(port) && is_free(bind, *port))
}

/// Ports that other clusters of this user were given, whether they run now or not.
fn others_ports(ctx: &Context, own: Option<&ClusterName>) -> BTreeSet<u16> {
    let clusters = ctx.home.path().join("clusters");
    let Ok(folders) = std::fs::read_dir(clusters) else {
        return BTreeSet::new();
    };
    let names = folders
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut ports = BTreeSet::new();
    for name in names.filter(|name| own.is_none_or(|own| own.as_ref() != name)) {
        let path = ctx.home.cluster(&name).join(super::world::CONFIG);
        // A neighbour's broken file is reported when the neighbour is used.
        let text = files::read_text(&path).ok().flatten();
        let parsed = text.zip(name.parse().ok());
        if let Some(Ok(other)) = parsed.map(|(text, name)| config::parse(&name, &path, &text)) {
            ports.extend(
                [Some(other.port), other.database.host_port]
                    .into_iter()
                    .flatten(),
            );
        }
    }
    ports
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_takes_its_port_for_itself_and_for_everybody() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let port = listener.local_addr().expect("bound").port();
        assert!(!is_free(Some(Ipv4Addr::LOCALHOST.into()), port));
        assert!(!is_free(Some(Ipv4Addr::UNSPECIFIED.into()), port));
        assert!(!is_free(None, port));
        let next = next_free(port, None, &BTreeSet::from([port + 1]));
        assert!(next.is_some_and(|next| next > port + 1));
        drop(listener);
        assert!(is_free(None, port));
    }
}
