package hapi;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.binary.api.IBinaryStorageSvc;
import ca.uhn.fhir.jpa.binstore.MemoryBinaryStorageSvcImpl;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.HibernatePropertiesProvider;
import ca.uhn.fhir.jpa.config.PackageLoaderConfig;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.packages.IPackageInstallerSvc;
import ca.uhn.fhir.jpa.packages.PackageInstallationSpec;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.provider.ValueSetOperationProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.search.HapiHSearchAnalysisConfigurers;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.validation.JpaValidationSupportChain;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import javax.sql.DataSource;
import org.hl7.fhir.common.hapi.validation.support.RemoteTerminologyServiceValidationSupport;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.elasticsearch.ElasticsearchRestClientAutoConfiguration;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.boot.web.servlet.server.ConfigurableServletWebServerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * A real HAPI FHIR JPA R4 server on in-memory H2, for tests: base URL http://127.0.0.1:PORT/fhir.
 *
 * <p>Settings: --server.port, --tx=URL (a remote terminology server asked first), --packages=name#1.0.0.tgz,… (FHIR NPM
 * packages installed at start). It answers on the loopback address only, whatever --server.address says: it has no
 * access control.
 */
// Elasticsearch would be looked for at start. SubscriptionChannelConfig is the batch jobs' broker; the other subscription
// configurations want an e-mail sender.
@SpringBootApplication(exclude = ElasticsearchRestClientAutoConfiguration.class)
@Import({
    JpaR4Config.class, HapiJpaConfig.class, PackageLoaderConfig.class, ThreadPoolFactoryConfig.class,
    JpaBatch2Config.class, Batch2JobsConfig.class, SubscriptionChannelConfig.class
})
public class Server {

  public static void main(String[] args) {
    SpringApplication app = new SpringApplication(Server.class);
    app.setAllowCircularReferences(true);
    app.setAllowBeanDefinitionOverriding(true);
    app.run(args);
  }

  @Bean
  WebServerFactoryCustomizer<ConfigurableServletWebServerFactory> loopbackOnly() {
    return factory -> factory.setAddress(InetAddress.getLoopbackAddress());
  }

  @Bean
  DataSource dataSource() {
    HikariDataSource pool = new HikariDataSource();
    pool.setJdbcUrl("jdbc:h2:mem:hapi;DB_CLOSE_DELAY=-1");
    pool.setMaximumPoolSize(16);
    return pool;
  }

  @Bean
  JpaStorageSettings storageSettings() {
    JpaStorageSettings settings = new JpaStorageSettings();
    settings.setAllowExternalReferences(false);
    settings.setReuseCachedSearchResultsForMillis(null); // a test reads what it has just written
    settings.setAllowMultipleDelete(true);
    settings.setResourceClientIdStrategy(JpaStorageSettings.ClientIdStrategyEnum.ALPHANUMERIC);
    return settings;
  }

  @Bean
  PartitionSettings partitionSettings() {
    return new PartitionSettings();
  }

  @Bean
  SubscriptionSettings subscriptionSettings() {
    return new SubscriptionSettings();
  }

  @Bean
  IBinaryStorageSvc binaryStorage() {
    return new MemoryBinaryStorageSvcImpl();
  }

  @Bean
  @Primary
  HibernatePropertiesProvider hibernateProperties(LocalContainerEntityManagerFactoryBean factory) {
    return new HibernatePropertiesProvider();
  }

  @Bean
  @Primary
  LocalContainerEntityManagerFactoryBean entityManagerFactory(
      ConfigurableListableBeanFactory beans, FhirContext context, JpaStorageSettings settings, DataSource source) {
    LocalContainerEntityManagerFactoryBean factory =
        HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, context, settings);
    Properties jpa = new Properties();
    jpa.put("hibernate.dialect", HapiFhirH2Dialect.class.getName());
    jpa.put("hibernate.hbm2ddl.auto", "update");
    jpa.put("hibernate.search.enabled", "true"); // $expand needs it
    jpa.put("hibernate.search.backend.type", "lucene");
    jpa.put("hibernate.search.backend.directory.type", "local-heap");
    jpa.put("hibernate.search.backend.lucene_version", "LUCENE_CURRENT");
    jpa.put("hibernate.search.backend.analysis.configurer", HapiHSearchAnalysisConfigurers.HapiLuceneAnalysisConfigurer.class.getName());
    factory.setPersistenceUnitName("HAPI_PU");
    factory.setDataSource(source);
    factory.setJpaProperties(jpa);
    return factory;
  }

  /** HAPI asks for it by this name. */
  @Bean
  @Primary
  PlatformTransactionManager transactionManager(EntityManagerFactory factory) {
    return new JpaTransactionManager(factory);
  }

  @Bean
  ServletRegistrationBean<RestfulServer> fhir(
      FhirContext context, IFhirSystemDao<?, ?> system, ResourceProviderFactory resources, JpaSystemProvider<?, ?> systemProvider,
      ValueSetOperationProvider valueSets, DatabaseBackedPagingProvider paging, JpaStorageSettings settings,
      ISearchParamRegistry searchParameters, IValidationSupport validation) {
    RestfulServer server = new RestfulServer(context);
    server.registerProviders(resources.createProviders());
    server.registerProviders(systemProvider, valueSets);
    server.setServerConformanceProvider(
        new JpaCapabilityStatementProvider(server, system, settings, searchParameters, validation));
    server.setPagingProvider(paging);
    server.setDefaultResponseEncoding(EncodingEnum.JSON);
    server.setDefaultPrettyPrint(false);
    ServletRegistrationBean<RestfulServer> bean = new ServletRegistrationBean<>(server, "/fhir/*");
    bean.setLoadOnStartup(1);
    return bean;
  }

  @Bean
  ApplicationRunner afterStart(
      org.springframework.core.env.Environment environment, FhirContext context, JpaValidationSupportChain chain,
      IPackageInstallerSvc installer) {
    return arguments -> {
      String tx = environment.getProperty("tx", "");
      if (!tx.isEmpty()) {
        chain.addValidationSupport(0, new RemoteTerminologyServiceValidationSupport(context, tx));
      }
      for (String file : environment.getProperty("packages", "").split(",")) {
        if (!file.isEmpty()) {
          PackageInstallationSpec spec = new PackageInstallationSpec();
          String[] nameAndVersion = Path.of(file).getFileName().toString().replace(".tgz", "").split("#");
          // Both are needed, although the contents hold them too.
          spec.setName(nameAndVersion[0]);
          spec.setVersion(nameAndVersion[1]);
          spec.setPackageContents(Files.readAllBytes(Path.of(file)));
          spec.setInstallMode(PackageInstallationSpec.InstallModeEnum.STORE_AND_INSTALL);
          installer.install(spec);
        }
      }
      System.out.println("HAPI is ready");
    };
  }
}
