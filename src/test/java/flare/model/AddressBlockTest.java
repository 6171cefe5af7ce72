package flare.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressBlockTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.1.2.3/8, 10.9.9.9, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::ffff:10.0.0.0/8, 10.1.1.1, true",
    })
    void containsAddressesOfTheSameBeginning(String block, String address, boolean contains) {
        assertThat(AddressBlock.parse(block)
                        .contains(AddressBlock.parseAddress(address).orElseThrow()))
                .isEqualTo(contains);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0/8", "010.0.0.1", "10.0.0.1.", "localhost",
                "example.com/8", "::1/129", "fe80::1%lo", "[::1]", "1:2", ":", ":::", "10.0.0.0/8/8", " 10.0.0.1"
            })
    void refusesWhatIsNoBlock(String text) {
        assertThatThrownBy(() -> AddressBlock.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void containsWhatItsDumbTwinContains() throws UnknownHostException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] block = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(block);
            byte[] address = block.clone();
            int flipped = random.nextInt(block.length * 8);
            address[flipped / 8] ^= (byte) (0x80 >> (flipped % 8));
            int bits = random.nextInt(block.length * 8 + 1);
            int shift = block.length * 8 - bits;
            boolean same =
                    new BigInteger(1, block).shiftRight(shift).equals(new BigInteger(1, address).shiftRight(shift));
            assertThat(new AddressBlock(InetAddress.getByAddress(block), bits)
                            .contains(InetAddress.getByAddress(address)))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(same);
        }
    }
}
