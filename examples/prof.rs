use prisma_cli::yaml::scan;
use std::time::Instant;
fn main() {
    let line = "MIIEpAIBAAKCAQEAx0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK";
    let secret = format!(
        "-----BEGIN RSA PRIVATE KEY-----\\r\\n{}-----END RSA PRIVATE KEY-----\\r\\n",
        format!("{line}\\r\\n").repeat(25)
    );
    let mut t = "clusters:\n".to_owned();
    for n in 0..10000 {
        t += &format!(
            "  cluster-{n}:\n    host: 'http://10.0.0.1:{n}'\n    clusterSecret: \"{secret}\"\n"
        );
    }
    std::fs::write("/dev/shm/prof.yml", &t).unwrap();
    for _ in 0..4 {
        let b = Instant::now();
        let t = std::fs::read("/dev/shm/prof.yml").unwrap();
        print!("read {:?} ", b.elapsed());
        let b = Instant::now();
        let t = String::from_utf8(t).unwrap();
        print!("utf8 {:?} ", b.elapsed());
        let b = Instant::now();
        let odd = !t.as_bytes().chunks(4096).all(|c| {
            !c.iter().fold(false, |f, b| {
                f | ((b.wrapping_sub(b' ') > b'~' - b' ') & (*b != b'\n') & (*b != b'\r'))
            })
        });
        print!("odd {:?} {odd} ", b.elapsed());
        let b = Instant::now();
        let r = scan::root(&t).unwrap();
        print!("root {:?} ", b.elapsed());
        let b = Instant::now();
        let x: usize = r.pairs[0]
            .inner
            .as_ref()
            .unwrap()
            .pairs
            .iter()
            .map(|p| {
                scan::text_of(&t, &p.inner.as_ref().unwrap().pairs[1].value)
                    .unwrap()
                    .len()
            })
            .sum();
        print!("text_of {:?} {x} ", b.elapsed());
        let b = Instant::now();
        let y = t.clone();
        println!("clone {:?} {}", b.elapsed(), y.len());
    }
}
