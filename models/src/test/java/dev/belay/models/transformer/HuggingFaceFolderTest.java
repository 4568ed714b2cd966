package dev.belay.models.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.belay.models.encoder.Encoder;
import dev.belay.models.encoder.EncoderRef;
import dev.belay.models.encoder.Encoders;
import dev.belay.models.input.Input;
import dev.belay.models.network.Networks;
import dev.belay.models.torch.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HuggingFaceFolderTest {
    @TempDir private Path root;

    @Test
    void frozenFolderIsAnEncoderLikeOthersWhateverThePrefixOfItsTensors() throws IOException {
        // Given
        TinyBert.write(root, "plain", "");
        TinyBert.write(root, "with.prefix", "bert.");
        List<String> texts = TinyBert.texts(5);
        // When
        float[][] plain = open("hf:plain").encode(Input.texts(texts));
        float[][] prefixed = open("hf:with.prefix").encode(Input.texts(texts));
        // Then
        assertArrayEquals(plain, prefixed);
        double squares = 0;
        for (float x : plain[0]) squares += x * x;
        assertEquals(8, squares, 1e-4, "a vector of length √8");
        assertEquals(2, Encoders.layers(new EncoderRef("hf:plain"), root));
    }

    @Test
    void poolingIsWhatSentenceTransformersSays() throws IOException {
        Path folder = TinyBert.write(root, "cls", "");
        String before = Encoders.sha256("hf:cls", root);
        Path pooling = Files.createDirectories(folder.resolve("1_Pooling")).resolve("config.json");
        Files.writeString(pooling, "{\"pooling_mode_cls_token\": true}");
        assertEquals(
                Pretrained.Pooling.CLS, new HuggingFaceFolder(root, "hf:cls").shape().pooling());
        assertNotEquals(before, Encoders.sha256("hf:cls", root));
        Files.writeString(pooling, "{\"pooling_mode_max_tokens\": true}");
        refused("hf:cls", "has a pooling other than mean or cls");
    }

    @Test
    void whatIsMissingIsNamedWithItsFolder() throws IOException {
        refused("hf:none", "no folder " + root.resolve("none"));
        for (String file : new String[] {"config.json", "tokenizer.json", "model.safetensors"}) {
            Path folder = TinyBert.write(root, "part", "");
            Files.delete(folder.resolve(file));
            refused("hf:part", "no " + file);
            refused("hf:part", folder.toString());
        }
    }

    @Test
    void whatIsNotBertIsRefused() throws IOException {
        Path config = TinyBert.write(root, "other", "").resolve("config.json");
        Files.writeString(config, TinyBert.CONFIG.replace("\"bert\"", "\"gpt2\""));
        refused("hf:other", "model_type gpt2, expected bert");
        Files.writeString(config, TinyBert.CONFIG.replace("gelu", "relu"));
        refused("hf:other", "hidden_act relu, expected gelu");
        Files.writeString(config, TinyBert.CONFIG.replace("\"hidden_size\": 8", "\"x\": 8"));
        refused("hf:other", "hidden_size");
        Files.writeString(config, TinyBert.CONFIG.replace("heads\": 2", "heads\": 3"));
        refused("hf:other", "heads 3");
    }

    @Test
    void namesAndLinksDontLeadOutOfTheRoot() throws IOException {
        for (String name : new String[] {"hf:../x", "hf:..", "hf:.x", "hf:a/b", "hf:", "x"})
            refused(name, "names no folder");
        Path inner = Files.createDirectories(root.resolve("inner"));
        TinyBert.write(root, "outside", "");
        Files.createSymbolicLink(inner.resolve("link"), root.resolve("outside"));
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new HuggingFaceFolder(inner, "hf:link"));
        assertTrue(String.valueOf(e.getMessage()).contains("is outside of"), e.getMessage());
    }

    @Test
    void alteredFilesAreRefused() throws IOException {
        Path folder = TinyBert.write(root, "altered", "");
        String sha256 = Encoders.sha256("hf:altered", root);
        Files.writeString(folder.resolve("config.json"), TinyBert.CONFIG + " ");
        var networks = Networks.of(Device.CPU, root.resolve("cache"), root);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> networks.encoder(new EncoderRef("hf:altered", Map.of(), sha256)));
        assertTrue(String.valueOf(e.getMessage()).contains("expected " + sha256), e.getMessage());
        assertFalse(String.valueOf(e.getMessage()).contains("cache"));
    }

    private Encoder open(String name) {
        return Networks.of(Device.CPU, root.resolve("cache"), root)
                .encoder(new EncoderRef(name, Map.of(), Encoders.sha256(name, root)));
    }

    private void refused(String name, String part) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new HuggingFaceFolder(root, name).shape());
        assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    }
}
