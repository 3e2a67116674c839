//! Plain `http` through a proxy, with the absolute URL in the request line. ureq would open a tunnel with
//! `CONNECT`, which most proxies allow only to port 443.

use ureq::Error;
use ureq::http::Uri;
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};

/// Connects directly, or to a proxy that then gets absolute URLs.
#[derive(Debug)]
pub(super) struct Forward {
    proxy: Option<Uri>,
    usual: DefaultConnector,
}

impl Forward {
    /// `None`: connect directly.
    pub(super) fn through(proxy: Option<Uri>) -> Forward {
        Forward {
            proxy,
            usual: DefaultConnector::default(),
        }
    }
}

impl Connector<()> for Forward {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(proxy) = &self.proxy else {
            return self.usual.connect(details, chained);
        };
        // The addresses are already the proxy's: `Names` resolves it instead of the host.
        let to_proxy = ConnectionDetails {
            uri: proxy,
            addrs: details.addrs.clone(),
            config: details.config,
            request_level: details.request_level,
            resolver: details.resolver,
            now: details.now,
            timeout: details.timeout,
            current_time: details.current_time.clone(),
            run_connector: details.run_connector.clone(),
            register_shutdown: details.register_shutdown.clone(),
        };
        let Some(inner) = self.usual.connect(&to_proxy, chained)? else {
            return Ok(None);
        };
        let authority = details.uri.authority().map_or("", |a| a.as_str());
        Ok(Some(Box::new(Asking {
            inner,
            host: format!("POST http://{authority}"),
            begins: true,
        })))
    }
}

/// Adds the host to the request line of each request.
#[derive(Debug)]
struct Asking {
    inner: Box<dyn Transport>,
    host: String,
    /// Whether the next bytes start a request.
    begins: bool,
}

impl Transport for Asking {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.inner.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let output = self.inner.buffers().output();
        if !std::mem::take(&mut self.begins) || !output.starts_with(b"POST /") {
            return self.inner.transmit_output(amount, timeout);
        }
        let path = output["POST ".len()..amount].to_vec();
        for part in [self.host.as_bytes(), &path] {
            self.inner.buffers().output()[..part.len()].copy_from_slice(part);
            self.inner.transmit_output(part.len(), timeout)?;
        }
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.begins = true;
        self.inner.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.inner.is_open()
    }
}
