package flare.http;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.HttpSettings.ProxyHeader;
import flare.model.AddressBlock;
import flare.model.Origin;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {

    private static final List<AddressBlock> PROXIES =
            List.of(AddressBlock.parse("10.0.0.0/8"), AddressBlock.parse("2001:db8:1::/48"));

    private final Origins origins = new Origins(PROXIES, ProxyHeader.X_FORWARDED_FOR);

    private static Origin origin(String address, boolean secure) {
        return new Origin(AddressBlock.parseAddress(address).orElseThrow(), secure);
    }

    private static Headers headers(String... namesAndValues) {
        List<HttpHeader> headers = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(RawHeader.create(namesAndValues[i], namesAndValues[i + 1]));
        }
        return Headers.of(headers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Flare-Origin"})
    void row37BelievesNoHeaderOfAPeerThatIsNoProxy(String header) {
        Origin peer = origin("192.0.2.9", false);
        Headers spoofed = headers(header, "10.0.0.1", "X-Forwarded-Proto", "https");
        assertThat(origins.of(peer, spoofed)).isEqualTo(peer);
        assertThat(new Origins(List.of(), ProxyHeader.X_FORWARDED_FOR).of(origin("10.0.0.1", true), spoofed))
                .isEqualTo(origin("10.0.0.1", true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.1 | 192.0.2.1",
                "6.6.6.6, 192.0.2.1 | 192.0.2.1",
                "6.6.6.6, 192.0.2.1, 10.1.2.3 | 192.0.2.1",
                "10.9.9.9, 192.0.2.1 , 10.1.2.3 , 2001:db8:1::7 | 192.0.2.1",
                "192.0.2.1:4711 | 192.0.2.1",
                "[2001:db8:2::1]:4711 | 2001:db8:2::1",
                "2001:db8:2::1 | 2001:db8:2::1",
                "::ffff:192.0.2.1 | 192.0.2.1",
                // All of them trusted: the first one is who asked.
                "10.4.4.4, 10.1.2.3 | 10.4.4.4",
                // Names that are no addresses: what the proxy before them is known as.
                "6.6.6.6, unknown | 10.0.0.1",
                "6.6.6.6, example.com, 10.1.2.3 | 10.1.2.3",
                "6.6.6.6, | 10.0.0.1",
                "1.2.3 | 10.0.0.1",
                "127.1 | 10.0.0.1",
                "1.2.3.256 | 10.0.0.1",
                "'' | 10.0.0.1",
            })
    void readsTheListOfATrustedProxyFromItsEnd(String list, String client) {
        assertThat(origins.of(origin("10.0.0.1", false), headers("X-Forwarded-For", list))
                        .address())
                .isEqualTo(origin(client, false).address());
    }

    @Test
    void takesSeveralHeaderLinesForOneList() {
        Headers lines = headers("X-Forwarded-For", "6.6.6.6", "x-forwarded-for", "192.0.2.1, 10.0.0.2");
        assertThat(origins.of(origin("10.0.0.1", false), lines)).hasToString("192.0.2.1");
    }

    @Test
    void believesATrustedProxyOnHttps() {
        Origin proxy = origin("10.0.0.1", false);
        assertThat(origins.of(proxy, headers("X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "HTTPS")))
                .isEqualTo(origin("192.0.2.1", true));
        assertThat(origins.of(proxy, headers("X-Forwarded-For", "192.0.2.1", "X-Forwarded-Proto", "https, http")))
                .isEqualTo(origin("192.0.2.1", false));
        // Encrypted is the proxy's own connection; of the client's it says nothing.
        assertThat(origins.of(origin("10.0.0.1", true), headers("X-Forwarded-For", "192.0.2.1")))
                .isEqualTo(origin("192.0.2.1", false));
        assertThat(origins.of(origin("10.0.0.1", true), headers())).isEqualTo(origin("10.0.0.1", true));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=192.0.2.1;proto=https | 192.0.2.1 | true",
                "For=\"[2001:db8:2::1]:4711\";Proto=http;by=10.0.0.1 | 2001:db8:2::1 | false",
                "for=6.6.6.6;proto=https, for=192.0.2.1;proto=http | 192.0.2.1 | false",
                "for=192.0.2.1;proto=https, for=10.7.7.7;proto=http | 192.0.2.1 | true",
                "for=6.6.6.6, for=_hidden;proto=https | 10.0.0.1 | false",
                "for=\"6.6.6.6, for=192.0.2.1\" | 10.0.0.1 | false",
                "proto=https | 10.0.0.1 | false",
                "nonsense | 10.0.0.1 | false",
            })
    void readsForwardedWhereProxiesWriteThat(String header, String client, boolean secure) {
        Origins forwarded = new Origins(PROXIES, ProxyHeader.FORWARDED);
        assertThat(forwarded.of(origin("10.0.0.1", false), headers("Forwarded", header, "X-Forwarded-For", "6.6.6.6")))
                .isEqualTo(origin(client, secure));
    }

    @Test
    void readsOnlyTheHeaderThatItsProxiesWrite() {
        assertThat(origins.of(
                        origin("10.0.0.1", false),
                        headers("Forwarded", "for=6.6.6.6;proto=https", "X-Forwarded-For", "192.0.2.1")))
                .isEqualTo(origin("192.0.2.1", false));
    }
}
